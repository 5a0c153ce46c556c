//! Times the parser: `cargo bench --no-default-features`. Plain timing without a framework; each
//! figure is the median of several runs, in nanoseconds for each message.

#![allow(clippy::print_stdout, reason = "the figures are this program's output")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use rust_http::protocol::{Fields, Head, Leniency, Limits, Parser, Role, Sink, Verdict};

const RUNS: usize = 15;
const RUN_TIME: Duration = Duration::from_millis(60);

const SHORT_GET: &[u8] = b"GET /hello HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n";

const BROWSER_GET: &[u8] = b"GET /articles/2026/08/on-parsing?page=2 HTTP/1.1\r\n\
Host: www.example.com\r\n\
Connection: keep-alive\r\n\
Cache-Control: max-age=0\r\n\
Upgrade-Insecure-Requests: 1\r\n\
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36\r\n\
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
Sec-Fetch-Site: none\r\n\
Sec-Fetch-Mode: navigate\r\n\
Sec-Fetch-Dest: document\r\n\
Accept-Encoding: gzip, deflate, br, zstd\r\n\
Accept-Language: en-GB,en;q=0.9\r\n\
Cookie: session=0123456789abcdef0123456789abcdef\r\n\r\n";

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\n\
Date: Sat, 22 Aug 2026 12:00:00 GMT\r\n\
Content-Type: text/plain; charset=utf-8\r\n\
Content-Length: 13\r\n\
Connection: keep-alive\r\n\r\n\
Hello, world!";

const CHUNKED_POST: &[u8] = b"POST /upload HTTP/1.1\r\n\
Host: localhost\r\n\
Transfer-Encoding: chunked\r\n\r\n\
10\r\n0123456789abcdef\r\n\
10\r\n0123456789abcdef\r\n\
0\r\n\r\n";

/// Looks at what it is given, so that nothing is optimized away.
#[derive(Default)]
struct Count {
    bytes: usize,
    messages: usize,
}

impl Sink for Count {
    fn head(&mut self, head: &Head<'_>) -> Verdict {
        for (name, value) in head.fields.iter() {
            self.bytes += name.len() + value.len();
        }
        Verdict::Content
    }

    fn content(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len();
    }

    fn complete(&mut self, _: &Fields<'_>) {
        self.messages += 1;
    }
}

fn nanoseconds(role: Role, chunks: &[&[u8]], messages: usize) -> f64 {
    let mut figures: Vec<f64> = (0..RUNS).map(|_| run(role, chunks, messages)).collect();
    figures.sort_by(f64::total_cmp);
    figures[RUNS / 2]
}

fn run(role: Role, chunks: &[&[u8]], messages: usize) -> f64 {
    let mut parser = Parser::new(role, Limits::default(), Leniency::default());
    let mut sink = Count::default();
    let start = Instant::now();
    while start.elapsed() < RUN_TIME {
        for _ in 0..100 {
            for chunk in chunks {
                let _ = black_box(parser.parse(black_box(chunk), &mut sink));
            }
        }
    }
    assert!(
        sink.messages > 0 && sink.messages.is_multiple_of(messages),
        "parsed wrongly"
    );
    start.elapsed().as_secs_f64() * 1e9 / sink.messages as f64
}

fn report(name: &str, role: Role, chunks: &[&[u8]], messages: usize) {
    let bytes: usize = chunks.iter().map(|chunk| chunk.len()).sum::<usize>() / messages;
    let figure = nanoseconds(role, chunks, messages);
    println!("{name:<34} {bytes:>5} bytes {figure:>8.1} ns");
}

fn main() {
    let pipelined = SHORT_GET.repeat(16);
    let bytes: Vec<&[u8]> = BROWSER_GET.chunks(1).collect();
    let (front, back) = BROWSER_GET.split_at(BROWSER_GET.len() / 2);
    report("short GET", Role::Server, &[SHORT_GET], 1);
    report("16 short GETs in one read", Role::Server, &[&pipelined], 16);
    report("browser's GET", Role::Server, &[BROWSER_GET], 1);
    report(
        "browser's GET in two reads",
        Role::Server,
        &[front, back],
        1,
    );
    report("browser's GET byte by byte", Role::Server, &bytes, 1);
    report("chunked POST", Role::Server, &[CHUNKED_POST], 1);
    report("response", Role::Client, &[RESPONSE], 1);
}
