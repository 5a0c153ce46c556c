//! A server that does as little as a server can: it finds the end of each request and sends a fixed
//! answer. As a contestant it is the floor that no server with JavaScript on top can be under; for
//! clients it is the neutral peer.
//!
//! `/` answers 13 bytes, `/1m` answers 1 MiB, `/gone` is answered by the end of the connection; content is
//! read and thrown away. The port is printed. With two arguments, a certificate and its key in PEM, it speaks TLS.
//! Ends when its standard input does.

use std::io::{self, Read};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const READ_SIZE: usize = 64 * 1024;

struct Answers {
    hello: Vec<u8>,
    last: Vec<u8>,
    large: Vec<u8>,
}

impl Answers {
    fn new() -> Self {
        Self {
            hello: answer(b"Hello, world!", PERSISTS),
            last: answer(b"Hello, world!", "close"),
            large: answer(&vec![b'x'; 1 << 20], PERSISTS),
        }
    }
}

const PERSISTS: &str = "keep-alive\r\nKeep-Alive: timeout=5";

fn answer(content: &[u8], connection: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\nConnection: {connection}\r\n\
         Content-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content].concat()
}

fn main() -> io::Result<()> {
    std::thread::spawn(|| {
        // Whoever started this holds the other end; when it is gone, nobody needs the server.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let tls = acceptor()?;
    let answers: &'static Answers = Box::leak(Box::new(Answers::new()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?.port());
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let tls = tls.clone();
            tokio::task::spawn_local(async move {
                match tls {
                    None => serve(stream, answers).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, answers).await;
                        }
                    }
                }
            });
        }
    })
}

/// What TLS is spoken with, if it is.
fn acceptor() -> io::Result<Option<TlsAcceptor>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(certificate), Some(key)) = (arguments.next(), arguments.next()) else {
        return Ok(None);
    };
    let certificate =
        CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(io::Error::other)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(io::Error::other)?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answers: &'static Answers) {
    // The peer is a load generator: that it goes away in the middle is no news.
    let _ = answer_requests(&mut stream, answers).await;
}

async fn answer_requests(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    answers: &'static Answers,
) -> io::Result<()> {
    let mut buffer = vec![0; READ_SIZE];
    let mut filled = 0;
    let mut skip = 0;
    let mut out = Vec::new();
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        let mut at = 0;
        loop {
            let content = skip.min(filled - at);
            at += content;
            skip -= content;
            if skip > 0 {
                break;
            }
            let Some(request) = parse(&buffer[at..filled])? else {
                break;
            };
            if request.gone {
                return Ok(());
            }
            at += request.head;
            skip = request.content;
            let fixed = match request {
                Request { large: true, .. } => &answers.large,
                Request { closes: true, .. } => &answers.last,
                _ => &answers.hello,
            };
            // An answer comes behind the content, as that of a server that looks at it would.
            if skip <= filled - at && !request.closes {
                out.extend_from_slice(fixed);
                continue;
            }
            stream.write_all(&std::mem::take(&mut out)).await?;
            discard(stream, skip.saturating_sub(filled - at)).await?;
            stream.write_all(fixed).await?;
            stream.flush().await?;
            if request.closes {
                return stream.shutdown().await;
            }
            skip = 0;
            at = filled;
        }
        buffer.copy_within(at..filled, 0);
        filled -= at;
        if !out.is_empty() {
            stream.write_all(&out).await?;
            stream.flush().await?;
            out.clear();
        }
    }
}

async fn discard(stream: &mut (impl AsyncRead + Unpin), mut left: usize) -> io::Result<()> {
    let mut scratch = vec![0; READ_SIZE];
    while left > 0 {
        let limit = left.min(READ_SIZE);
        let read = stream.read(&mut scratch[..limit]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        left -= read;
    }
    Ok(())
}

struct Request {
    head: usize,
    content: usize,
    large: bool,
    closes: bool,
    gone: bool,
}

fn parse(bytes: &[u8]) -> io::Result<Option<Request>> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut fields);
    let status = request.parse(bytes).map_err(io::Error::other)?;
    let httparse::Status::Complete(head) = status else {
        return Ok(None);
    };
    let large = request.path == Some("/1m");
    let gone = request.path == Some("/gone");
    let mut content = 0;
    let mut closes = false;
    for field in request.headers.iter() {
        if field.name.eq_ignore_ascii_case("content-length") {
            let digits = std::str::from_utf8(field.value).map_err(io::Error::other)?;
            content = digits.parse().map_err(io::Error::other)?;
        } else if field.name.eq_ignore_ascii_case("connection") {
            closes = field.value.eq_ignore_ascii_case(b"close");
        }
    }
    Ok(Some(Request {
        head,
        content,
        large,
        closes,
        gone,
    }))
}
