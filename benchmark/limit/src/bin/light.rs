//! An open-loop load: requests come at random moments, whether those before them were answered or not.
//!
//!   light PORT CONNECTIONS RATE SECONDS
//!
//! Each connection is a Poisson process of its own with its share of RATE (requests a second). A request
//! that comes while the one before it waits for its answer is sent when that has come; its time counts
//! from the moment it was due. Prints one line of JSON: requests, seconds, p50Micros, p99Micros.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
const PATIENCE: Duration = Duration::from_secs(5);

fn main() {
    let numbers: Vec<u64> = std::env::args()
        .skip(1)
        .map(|a| a.parse().expect("a number"))
        .collect();
    let [port, connections, rate, seconds] = numbers[..] else {
        panic!("usage: light PORT CONNECTIONS RATE SECONDS");
    };
    let mean = Duration::from_secs_f64(connections as f64 / rate as f64);
    let begin = Instant::now() + Duration::from_millis(100);
    let end = begin + Duration::from_secs(seconds);
    let threads: Vec<_> = (0..connections)
        .map(|seed| thread::spawn(move || ask(port as u16, mean, begin, end, seed)))
        .collect();
    let mut times: Vec<u64> = threads
        .into_iter()
        .flat_map(|one| one.join().expect("a connection"))
        .collect();
    times.sort_unstable();
    let at = |share: f64| {
        times
            .get((times.len() as f64 * share) as usize)
            .copied()
            .unwrap_or(0) as f64
            / 1000.0
    };
    println!(
        "{{\"requests\":{},\"seconds\":{seconds},\"p50Micros\":{:.1},\"p99Micros\":{:.1},\"errors\":0}}",
        times.len(),
        at(0.5),
        at(0.99)
    );
}

/// Sends the requests of one connection; the nanoseconds that each took.
fn ask(port: u16, mean: Duration, begin: Instant, end: Instant, seed: u64) -> Vec<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut times = Vec::new();
    let mut due = begin + mean.mul_f64(random.exponential());
    while due < end {
        let now = Instant::now();
        let from = if due > now {
            thread::sleep(due - now);
            Instant::now()
        } else {
            due
        };
        stream.write_all(REQUEST).expect("a request is sent");
        read_answer(&mut stream);
        times.push(from.elapsed().as_nanos() as u64);
        due += mean.mul_f64(random.exponential());
    }
    times
}

/// Reads one answer that has a Content-Length.
fn read_answer(stream: &mut TcpStream) {
    let mut answer = Vec::with_capacity(1024);
    let mut chunk = [0; 4096];
    let whole = loop {
        let length = stream.read(&mut chunk).expect("an answer");
        assert!(length > 0, "the server closed the connection");
        answer.extend_from_slice(&chunk[..length]);
        if let Some(size) = size_of(&answer) {
            break size;
        }
    };
    while answer.len() < whole {
        let length = stream.read(&mut chunk).expect("the rest");
        assert!(length > 0, "the server closed the connection");
        answer.extend_from_slice(&chunk[..length]);
    }
}

/// Bytes of the whole answer, once its head is there.
fn size_of(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head])
        .expect("a head of text")
        .to_ascii_lowercase();
    let length = text.split("content-length:").nth(1).expect("a length");
    Some(
        head + length
            .lines()
            .next()?
            .trim()
            .parse::<usize>()
            .expect("a number"),
    )
}

/// xorshift64*.
struct Random(u64);

impl Random {
    /// A number above 0 and below 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        (bits as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -self.next().ln()
    }
}
