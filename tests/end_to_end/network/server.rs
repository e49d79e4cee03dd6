//! A name server that knows one name, and a server of one document over TLS.

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    path::Path,
    sync::Arc,
    thread,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::NamedTempFile;

/// The one name.
pub(super) const NAME: &str = "connector.example";

const DOCUMENT: &str = r#"{"name":"main"}"#;

/// Servers on the ports 53, 443 and 8443 of this machine.
pub(super) struct Server {
    certificates: NamedTempFile,
}

impl Server {
    /// Starts them; they end with the process.
    pub(super) fn start() -> Self {
        let (configuration, authority) = tls();
        let certificates = NamedTempFile::new().unwrap();
        // For `--user`: whoever may not read it can trust nobody.
        let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(certificates.path(), everybody).unwrap();
        std::fs::write(certificates.path(), authority).unwrap();
        for port in [443, 8443] {
            let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
            let configuration = Arc::clone(&configuration);
            thread::spawn(move || each(&listener, |stream| serve(stream, &configuration)));
        }
        let listener = TcpListener::bind("127.0.0.1:53").unwrap();
        thread::spawn(move || each(&listener, resolve_over_tcp));
        let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
        thread::spawn(move || while resolve_over_udp(&socket).is_ok() {});
        Self { certificates }
    }

    /// The file with the certificate of whoever has signed the server's.
    pub(super) fn certificates(&self) -> &Path {
        self.certificates.path()
    }
}

/// A visitor who goes away too early is no reason to stop.
fn each(listener: &TcpListener, deed: impl Fn(TcpStream) -> io::Result<()>) {
    for stream in listener.incoming().flatten() {
        let _ = deed(stream);
    }
}

/// A server's side of TLS, and the certificate of its authority as PEM.
fn tls() -> (Arc<ServerConfig>, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([NAME.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let configuration = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (Arc::new(configuration), authority.pem())
}

fn serve(stream: TcpStream, configuration: &Arc<ServerConfig>) -> io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(configuration)).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        request.extend(byte);
    }
    let length = DOCUMENT.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n\
         {DOCUMENT}"
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn resolve_over_udp(socket: &UdpSocket) -> io::Result<()> {
    let mut query = [0; 512];
    let (length, from) = socket.recv_from(&mut query)?;
    if let Some(answer) = answer(&query[..length]) {
        socket.send_to(&answer, from)?;
    }
    Ok(())
}

/// Each message has its length before it; several may come over one connection.
fn resolve_over_tcp(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut query = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut query)?;
        let answer = answer(&query).unwrap_or_default();
        let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
        stream.write_all(&[&length.to_be_bytes()[..], &answer].concat())?;
    }
}

/// The answer to a query, as RFC 1035 lays it out: an address for the name, nothing for its other records, and the word
/// that it does not exist for every other name.
fn answer(query: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 12;
    const A: [u8; 2] = [0, 1];
    let labels = query.get(HEADER..)?;
    let end = labels.iter().position(|byte| *byte == 0)?;
    let question = labels.get(..end + 5)?;
    let is_known = labels[..end].eq_ignore_ascii_case(&labels_of(NAME));
    let asks_for_address = question[end + 1..end + 3] == A;
    let (code, answers) = match (is_known, asks_for_address) {
        (false, _) => (3, 0),
        (true, false) => (0, 0),
        (true, true) => (0, 1),
    };
    let mut answer = query.get(..2)?.to_vec();
    // An answer, with authority, to a query that wished for recursion, which there is.
    answer.extend([0x85, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0]);
    answer.extend(question);
    if answers == 1 {
        // The name that stands at the end of the header; A, IN, 60 seconds, four bytes.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    Some(answer)
}

fn labels_of(name: &str) -> Vec<u8> {
    name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect()
}
