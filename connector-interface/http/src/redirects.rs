//! A request sent, and sent on to where its answers redirect it.

use ureq::http::{
    HeaderName, HeaderValue, Method,
    header::{ACCEPT, LOCATION, USER_AGENT},
};

use crate::{
    address::Address,
    call::{Call, Failure, Name, shown_elsewhere},
    error::{Error, ErrorKind},
    exchange::{Incoming, Outgoing},
    secrets::SHORTEST,
    spelling::is_written_in,
    wire::{Answered, Wire},
};

/// Redirects that are followed for one answer.
const MOST_REDIRECTS: usize = 5;

/// What a request is given to prove who asks.
pub(crate) struct Proof {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
    /// Where the source may refuse it because it is too old.
    pub(crate) token: Option<String>,
}

/// Sends the request until its answer is no redirect. Credentials and the author's headers go to the first origin only,
/// and no more once it was left.
pub(crate) fn follow(wire: &Wire, call: &Call, proof: Option<&Proof>) -> Result<Answered, Failure> {
    let origin = call.address.origin();
    let mut trail = Vec::new();
    let mut address = call.address.clone();
    let mut is_home = true;
    loop {
        is_home &= address.origin() == origin;
        let name = Name::new(call, &address, &wire.secrets);
        let outgoing = if is_home { at_home(call, proof, &address) } else { abroad(call, &address) };
        let exchanged = wire.exchanger.exchange(outgoing, &wire.waits, call.at_most);
        let incoming = exchanged.map_err(|broken| wire.broken(&name, broken))?;
        let Some(location) = redirect(call, &incoming) else {
            let Incoming { status, headers, body } = incoming;
            return Ok(Answered { name, address, status, headers, body });
        };
        trail.push(address);
        let next = next_stop(&trail, &location).and_then(|next| without_our_secrets(call, next));
        address = next.map_err(|reason| {
            let shown = wire.secrets.mask(&shown_elsewhere(&location));
            Error::new(ErrorKind::Request, format_args!("{name} redirects to {shown}: {reason}"))
        })?;
    }
}

fn next_stop(trail: &[Address], location: &str) -> Result<Address, String> {
    let Some(here) = trail.last() else { return Err("it comes from nowhere".to_owned()) };
    let next = here.resolve(location).map_err(|reason| reason.to_string())?;
    if here.origin().scheme == "https" && next.origin().scheme == "http" {
        return Err("what is asked for encrypted is not sent on in the clear".to_owned());
    }
    if trail.contains(&next) {
        return Err("the redirects lead in a circle".to_owned());
    }
    if trail.len() > MOST_REDIRECTS {
        return Err(format!("more than {MOST_REDIRECTS} redirects"));
    }
    Ok(next)
}

/// The address again where no other origin would see a secret of the query, as where a redirect repeats it.
fn without_our_secrets(call: &Call, next: Address) -> Result<Address, String> {
    if next.origin() == call.address.origin() {
        return Ok(next);
    }
    let pairs = |address: &Address| -> Vec<(String, String)> {
        form_urlencoded::parse(address.query().unwrap_or_default().as_bytes()).into_owned().collect()
    };
    let theirs = pairs(&next);
    let is_repeated = |pair: &(String, String)| {
        let is_long = pair.1.len() >= SHORTEST;
        theirs.contains(pair) || (is_long && is_written_in(&pair.1, next.as_str()))
    };
    match pairs(&call.address).iter().find(|pair| call.hidden.contains(&pair.0) && is_repeated(pair)) {
        Some((name, _)) => Err(format!("another place is not shown the secret {name} of the query")),
        None => Ok(next),
    }
}

fn at_home(call: &Call, proof: Option<&Proof>, address: &Address) -> Outgoing {
    let mut headers = call.headers.clone();
    if let Some(proof) = proof {
        headers.insert(proof.name.clone(), proof.value.clone());
    }
    Outgoing {
        method: call.method.clone(),
        url: address.as_str().to_owned(),
        headers,
        body: call.body.clone(),
    }
}

fn abroad(call: &Call, address: &Address) -> Outgoing {
    let carried = [ACCEPT, USER_AGENT].into_iter();
    let headers =
        carried.filter_map(|name| call.headers.get(&name).cloned().map(|value| (name, value))).collect();
    Outgoing { method: call.method.clone(), url: address.as_str().to_owned(), headers, body: None }
}

/// Where the answer sends a request that may go there.
fn redirect(call: &Call, incoming: &Incoming) -> Option<String> {
    let is_redirect = matches!(incoming.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    if !is_redirect || !(call.method == Method::GET || call.method == Method::HEAD) {
        return None;
    }
    incoming.headers.get(LOCATION).map(|location| String::from_utf8_lossy(location.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_encrypted_stays_so() {
        let trail: Vec<Address> = Address::parse("https://a.example/x").into_iter().collect();
        for (location, is_followed) in
            [("http://a.example/y", false), ("https://b.example/y", true), ("/y", true)]
        {
            assert_eq!(next_stop(&trail, location).is_ok(), is_followed, "{location}");
        }
    }
}
