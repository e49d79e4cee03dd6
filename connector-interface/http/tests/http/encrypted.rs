//! Over TLS.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use connector_http::{ErrorKind, Http};
use connector_testing::FakeRunner;
use rustls::{
    ServerConfig, ServerConnection,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// Offers a certificate that nobody has signed but itself, and counts who comes.
fn untrusted() -> (u16, Arc<AtomicUsize>) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let came = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&came);
    thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            // The client turns away, which is what the test is about.
            let _ = connection.complete_io(&mut stream.unwrap());
        }
    });
    (port, came)
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_at_once() {
    let (port, came) = untrusted();
    let api = Http::new(&FakeRunner::new().context(), &format!("https://localhost:{port}")).build().unwrap();
    let error = api.get("/x").send().unwrap_err();
    assert_eq!((error.kind(), came.load(Ordering::SeqCst)), (ErrorKind::Unavailable, 1), "{error}");
    let wanted = "add the authority that has signed it to the system's certificates";
    assert!(error.to_string().ends_with(wanted), "{error}");
}
