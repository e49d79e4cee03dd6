//! Finds the exchange that answers a request.

use super::{
    tape::{Exchange, Request, Response, Tape},
    unmatched::nearest,
};

/// Whether an exchange can be played again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repetition {
    /// Each is played once: a request that comes too often is told of.
    Never,
    /// Once all of a request have been played, the first comes again.
    Always,
}

/// A tape that is being played.
pub(super) struct Player {
    exchanges: Vec<Exchange>,
    is_played: Vec<bool>,
    was_played: Vec<bool>,
    pub(super) repetition: Repetition,
}

/// Why nothing was found.
pub(super) struct Unmatched {
    pub(super) request: String,
    pub(super) nearest: Vec<String>,
}

impl Player {
    pub(super) fn new(tape: Tape) -> Self {
        let count = tape.exchanges.len();
        Self {
            exchanges: tape.exchanges,
            is_played: vec![false; count],
            was_played: vec![false; count],
            repetition: Repetition::Never,
        }
    }

    /// The next answer to this request.
    pub(super) fn play(&mut self, request: &Request) -> Result<Response, Unmatched> {
        let found = self.next(request).or_else(|| self.again(request));
        let Some(index) = found else {
            return Err(Unmatched { request: request.line(), nearest: nearest(request, &self.exchanges) });
        };
        self.is_played[index] = true;
        self.was_played[index] = true;
        Ok(self.exchanges[index].response.clone())
    }

    /// As if nothing had been played.
    pub(super) fn rewind(&mut self) {
        self.is_played.fill(false);
    }

    fn next(&self, request: &Request) -> Option<usize> {
        let mut exchanges = self.exchanges.iter().zip(&self.is_played);
        exchanges.position(|(exchange, is_played)| !is_played && exchange.request.is_as(request))
    }

    fn again(&mut self, request: &Request) -> Option<usize> {
        if self.repetition == Repetition::Never {
            return None;
        }
        for (exchange, is_played) in self.exchanges.iter().zip(&mut self.is_played) {
            *is_played &= !exchange.request.is_as(request);
        }
        self.next(request)
    }

    /// The requests that nobody has asked.
    pub(super) fn unplayed(&self) -> Vec<String> {
        let exchanges = self.exchanges.iter().zip(&self.was_played);
        exchanges
            .filter(|(_, was_played)| !**was_played)
            .map(|(exchange, _)| exchange.request.line())
            .collect()
    }
}
