//! The HTTP part of the Rust services: a thread per connection on the standard library, which has
//! no HTTP. GET and POST with Content-Length, keep-alive.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[derive(Default)]
pub struct Options {
    pub port: u16,
    pub seconds: u64,
    pub upstream_port: u16,
}

pub fn options() -> Options {
    let mut given = Options {
        seconds: 120,
        ..Options::default()
    };
    let words: Vec<String> = std::env::args().skip(1).collect();
    for pair in words.chunks_exact(2) {
        let value: u64 = pair[1].parse().expect("a number");
        match pair[0].as_str() {
            "--port" => given.port = value as u16,
            "--seconds" => given.seconds = value,
            "--upstream-port" => given.upstream_port = value as u16,
            name => panic!("unknown option {name}"),
        }
    }
    given
}

/// A message's header ends here, and its body is so long; None while it is incomplete.
fn message_end(buffer: &[u8]) -> Option<(usize, usize)> {
    let header = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..header]).ok()?;
    let length = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    (buffer.len() >= header + length).then_some((header, length))
}

/// Reads one message and hands out its body; None when the peer has left.
fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    let mut chunk = [0; 16384];
    loop {
        if let Some((header, length)) = message_end(buffer) {
            let body = buffer[header..header + length].to_vec();
            buffer.drain(..header + length);
            return Ok(Some(body));
        }
        match stream.read(&mut chunk)? {
            0 => return Ok(None),
            count => buffer.extend_from_slice(&chunk[..count]),
        }
    }
}

fn converse<S, N, F>(mut stream: TcpStream, new_state: &N, handle: &F) -> io::Result<()>
where
    N: Fn() -> S,
    F: Fn(&mut S, &[u8]) -> io::Result<Vec<u8>>,
{
    stream.set_nodelay(true)?;
    let mut state = new_state();
    let mut buffer = Vec::new();
    while let Some(body) = receive(&mut stream, &mut buffer)? {
        let answer = handle(&mut state, &body)?;
        let mut message = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        )
        .into_bytes();
        message.extend_from_slice(&answer);
        stream.write_all(&message)?;
    }
    Ok(())
}

/// Answers each request with what `handle` makes of its body and of its connection's state.
pub fn serve_with<S, N, F>(given: &Options, new_state: N, handle: F)
where
    N: Fn() -> S + Send + Sync + 'static,
    F: Fn(&mut S, &[u8]) -> io::Result<Vec<u8>> + Send + Sync + 'static,
{
    let seconds = given.seconds;
    thread::spawn(move || {
        thread::sleep(Duration::from_secs(seconds));
        std::process::exit(0);
    });
    let listener = TcpListener::bind(("127.0.0.1", given.port)).expect("listen");
    println!(
        "ready {}",
        listener.local_addr().expect("an address").port()
    );
    let shared = Arc::new((new_state, handle));
    for stream in listener.incoming().flatten() {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            // A client that has left is no error of ours.
            let _ = converse(stream, &shared.0, &shared.1);
        });
    }
}

/// The same without state.
#[allow(dead_code)]
pub fn serve<F>(given: &Options, handle: F)
where
    F: Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
{
    serve_with(given, || (), move |_, body| Ok(handle(body)));
}

/// A connection to the upstream that is kept.
#[allow(dead_code)]
pub struct Upstream {
    stream: TcpStream,
    buffer: Vec<u8>,
}

#[allow(dead_code)]
impl Upstream {
    pub fn connect(port: u16) -> io::Result<Upstream> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Upstream {
            stream,
            buffer: Vec::new(),
        })
    }

    pub fn get(&mut self, path: &str) -> io::Result<Vec<u8>> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.write_all(request.as_bytes())?;
        receive(&mut self.stream, &mut self.buffer)?
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }
}
