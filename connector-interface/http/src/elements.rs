//! The elements of an array in a body, one by one as they come.

use std::{
    cell::Cell,
    fmt,
    io::{self, BufReader, Read},
    marker::PhantomData,
};

use connector_interface::Error;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::{
    call::{Failure, Name},
    error::{self, ErrorKind},
    exchange::Broken,
    request::Request,
    response::unexpected_body,
    wire::{Answered, Wire},
};

impl Request {
    /// Sends the request, and gives each element of the array at this JSON pointer to the closure as soon as it has come;
    /// `""` is the body itself. Gives back what stands around the array. No more than one element is in memory, so the
    /// body may be of any size; the cap of other bodies holds for one element together with what stands around them.
    ///
    /// Once elements are out, a body that breaks off is not asked for again: the records before it would be produced
    /// twice. Set no state before it has ended.
    ///
    /// ```
    /// # use connector_http::Http;
    /// # use connector_interface::{Context, Error};
    /// # use serde_json::Value;
    /// fn incidents(api: &Http, context: &Context) -> Result<bool, Error> {
    ///     let rest = api.get("/incidents").for_each("/incidents", |incident: Value| {
    ///         Ok(context.records.produce(&incident)?)
    ///     })?;
    ///     Ok(rest["more"] == true)
    /// }
    /// ```
    ///
    /// # Errors
    /// What [`send`](Self::send) gives, or what the closure does, which ends it.
    pub fn for_each<T: DeserializeOwned>(
        self,
        pointer: &str,
        mut use_element: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<Map<String, Value>, Error> {
        let mut call = self.call()?;
        call.at_most = None;
        let path = path_of(pointer)?;
        let mut own_error = None;
        let read = self.client.perform(&call, |answered| {
            let mut sink = Sink {
                use_element: &mut use_element,
                own_error: &mut own_error,
                kept: &Cell::new(0),
                count: 0,
                element: PhantomData,
            };
            read_elements(&self.client.wire, answered, &path, &mut sink)
        });
        match own_error {
            Some(own_error) => Err(own_error),
            None => Ok(read?),
        }
    }
}

/// The reference tokens of a JSON pointer (RFC 6901).
fn path_of(pointer: &str) -> Result<Vec<String>, error::Error> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let Some(tokens) = pointer.strip_prefix('/') else {
        let message = format!("{pointer:?} is not a JSON pointer: it would begin with a slash");
        return Err(error::Error::new(ErrorKind::Request, message));
    };
    Ok(tokens.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect())
}

fn read_elements<T: DeserializeOwned>(
    wire: &Wire,
    answered: Answered,
    path: &[String],
    sink: &mut Sink<'_, T>,
) -> Result<Map<String, Value>, Failure> {
    let (name, status) = (answered.name.clone(), answered.status);
    let mut body = Body { answered, piece: Vec::new(), read: 0, broken: None };
    let mut rest = Map::new();
    let (kept, most) = (sink.kept, wire.settings.most_body_bytes);
    let reader = Capped { reader: BufReader::new(&mut body), kept, most };
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let read = Walk { path, place: &path.join("."), sink, rest: &mut rest }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    drop(deserializer);
    match (read, body.broken) {
        (Ok(()), _) => Ok(rest),
        (Err(_), Some(broken)) => Err(broke_off(wire, &name, broken, sink.count)),
        (Err(_), None) if kept.get() > most => {
            Err(Failure::Final(wire.too_large(&name, "an element, with what stands around all of them,")))
        }
        (Err(error), None) => {
            Err(Failure::Final(unexpected_body(&name, status, &wire.secrets.mask(&error.to_string()))))
        }
    }
}

/// A body that broke off can be asked for again only as long as nothing of it was used.
fn broke_off(wire: &Wire, name: &Name, broken: Broken, count: u64) -> Failure {
    match wire.broken(name, broken) {
        Failure::Later(later) if count > 0 => {
            let message = format!("{later}; {count} elements had come, so it is not asked for again");
            Failure::Final(error::Error::new(ErrorKind::Unavailable, message))
        }
        failure => failure,
    }
}

/// A body as a reader; what breaks it is kept for the one who knows what to do about it.
struct Body {
    answered: Answered,
    piece: Vec<u8>,
    read: usize,
    broken: Option<Broken>,
}

impl Read for &mut Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() {
            self.piece = match self.answered.body.next() {
                Ok(piece) => piece.unwrap_or_default(),
                Err(broken) => {
                    self.broken = Some(broken);
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
            };
            self.read = 0;
        }
        let length = buffer.len().min(self.piece.len() - self.read);
        buffer[..length].copy_from_slice(&self.piece[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}

/// Counts what is kept in memory of what is read, and ends where that is too much.
struct Capped<'a, R> {
    reader: R,
    kept: &'a Cell<usize>,
    most: usize,
}

impl<R: Read> Read for Capped<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.kept.set(self.kept.get() + length);
        if self.kept.get() > self.most { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(length) }
    }
}

/// Where elements go.
struct Sink<'a, T> {
    use_element: &'a mut dyn FnMut(T) -> Result<(), Error>,
    own_error: &'a mut Option<Error>,
    /// Bytes that are kept in memory: what stands around the elements, with the present one.
    kept: &'a Cell<usize>,
    count: u64,
    element: PhantomData<T>,
}

/// Goes down to the array, and keeps what it passes.
struct Walk<'a, 'b, T> {
    path: &'a [String],
    /// The whole path, for messages.
    place: &'a str,
    sink: &'a mut Sink<'b, T>,
    rest: &'a mut Map<String, Value>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Walk<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            deserializer.deserialize_seq(self)
        } else {
            deserializer.deserialize_map(self)
        }
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Walk<'_, '_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path {
            [] if self.place.is_empty() => formatter.write_str("an array"),
            [] => write!(formatter, "an array at {}", self.place),
            [name, ..] => write!(formatter, "an object with the member {name}"),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Self { sink, place, .. } = self;
        let around = sink.kept.get();
        while elements.next_element_seed(Element { sink: &mut *sink, place })?.is_some() {
            sink.kept.set(around);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { path: [name, below @ ..], place, sink, rest } = self else {
            return Err(A::Error::custom("an array was expected"));
        };
        let mut is_found = false;
        while let Some(key) = members.next_key::<String>()? {
            if key != *name {
                rest.insert(key, members.next_value()?);
                continue;
            }
            is_found = true;
            let mut inner = Map::new();
            members.next_value_seed(Walk { path: below, place, sink: &mut *sink, rest: &mut inner })?;
            if !below.is_empty() {
                rest.insert(key, Value::Object(inner));
            }
        }
        if is_found { Ok(()) } else { Err(A::Error::custom(format_args!("it has no {place}"))) }
    }
}

/// Reads one element, and uses it.
struct Element<'a, 'b, T> {
    sink: &'a mut Sink<'b, T>,
    place: &'a str,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Element<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { sink, place } = self;
        let element: T = serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let inside = match error.path().to_string() {
                path if path == "." => String::new(),
                path if path.starts_with('[') => path,
                path => format!(".{path}"),
            };
            D::Error::custom(format_args!("{place}[{}]{inside}: {}", sink.count, error.inner()))
        })?;
        sink.count += 1;
        (sink.use_element)(element).map_err(|error| {
            *sink.own_error = Some(error);
            D::Error::custom("the connector has stopped")
        })
    }
}
