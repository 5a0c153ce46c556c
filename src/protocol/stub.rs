#![allow(missing_docs)]
#[derive(Clone, Debug)]
pub struct Limits { pub max_header_size: usize, pub max_chunk_extension: usize }
impl Default for Limits { fn default() -> Self { Self { max_header_size: 16384, max_chunk_extension: 16384 } } }
#[derive(Clone, Debug, Default)]
pub struct Leniency { pub any: bool }
impl Leniency { pub fn insecure() -> Self { Self { any: true } } pub fn relaxed() -> Self { Self { any: false } } }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role { Server, Client }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State { NeedMore, Paused, Upgraded }
pub struct Progress { pub consumed: usize, pub state: State }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict { Content, NoContent, Upgrade, Pause }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing { None, Length(u64), Chunked, UntilClose }
pub trait Sink {
    fn head(&mut self, head: &Head<'_>) -> Verdict;
    fn content(&mut self, bytes: &[u8]);
    fn complete(&mut self, trailers: &Fields<'_>);
    fn message_begin(&mut self) {}
}
pub struct Fields<'a> { list: Vec<(&'a [u8], &'a [u8])> }
impl<'a> Fields<'a> {
    pub fn len(&self) -> usize { self.list.len() }
    pub fn is_empty(&self) -> bool { self.list.is_empty() }
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + '_ { self.list.iter().copied() }
}
pub struct Head<'a> { pub version: (u8, u8), pub method: Option<Method>, pub target: &'a [u8], pub status: u16, pub reason: &'a [u8], pub fields: Fields<'a>, pub framing: Framing, pub keep_alive: bool, pub upgrade: bool }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method(u8);
impl Method { pub fn index(self) -> u8 { self.0 } }
pub const METHODS: &[&str] = &["DELETE","GET","HEAD","POST","PUT","CONNECT","OPTIONS","TRACE","COPY","LOCK","MKCOL","MOVE","PROPFIND","PROPPATCH","SEARCH","UNLOCK","BIND","REBIND","UNBIND","ACL","REPORT","MKACTIVITY","CHECKOUT","MERGE","M-SEARCH","NOTIFY","SUBSCRIBE","UNSUBSCRIBE","PATCH","PURGE","MKCALENDAR","LINK","UNLINK","SOURCE","QUERY"];
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind { InvalidMethod, InvalidHeader, Eof }
impl ErrorKind {
    pub const ALL: &'static [Self] = &[Self::InvalidMethod, Self::InvalidHeader, Self::Eof];
    pub fn index(self) -> usize { self as usize }
    pub fn code(self) -> &'static str { ["HPE_INVALID_METHOD", "HPE_INVALID_HEADER_TOKEN", "HPE_INVALID_EOF_STATE"][self as usize] }
    pub fn reason(self) -> &'static str { ["Invalid method encountered", "Invalid header token", "Invalid EOF state"][self as usize] }
}
#[derive(Clone, Copy, Debug)]
pub struct ParseError { pub kind: ErrorKind, pub bytes_parsed: usize }
pub fn host_is_valid(value: &[u8]) -> bool { !value.iter().any(|b| b" ,/@".contains(b)) }
enum Body { Head, Length(u64), Chunk, ChunkData(u64), Trailer, Upgraded }
pub struct Parser { body: Body, buf: Vec<u8>, begun: bool }
impl Parser {
    pub fn new(_: Role, _: Limits, _: Leniency) -> Self { Self { body: Body::Head, buf: vec![], begun: false } }
    pub fn in_message(&self) -> bool { self.begun }
    pub fn head_complete(&self) -> bool { !matches!(self.body, Body::Head) }
    pub fn resume(&mut self, v: Verdict) { if v == Verdict::Upgrade { self.body = Body::Upgraded } }
    pub fn finish<S: Sink>(&mut self, _: &mut S) -> Result<(), ParseError> { if self.begun { Err(ParseError { kind: ErrorKind::Eof, bytes_parsed: 0 }) } else { Ok(()) } }
    pub fn parse<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<Progress, ParseError> {
        let old = self.buf.len();
        let mut all = std::mem::take(&mut self.buf);
        all.extend_from_slice(input);
        let mut at = 0;
        loop {
            let rest = &all[at..];
            match self.body {
                Body::Upgraded => return Ok(Progress { consumed: at.saturating_sub(old), state: State::Upgraded }),
                Body::Head => {
                    if rest.starts_with(b"\r\n") { at += 2; continue; }
                    if rest.is_empty() { break; }
                    if !self.begun { self.begun = true; sink.message_begin(); }
                    let mut h = [httparse::EMPTY_HEADER; 200];
                    let mut r = httparse::Request::new(&mut h);
                    let n = match r.parse(rest) {
                        Ok(httparse::Status::Complete(n)) => n,
                        Ok(_) => { self.buf = rest.to_vec(); break; }
                        Err(_) => return Err(ParseError { kind: ErrorKind::InvalidMethod, bytes_parsed: 0 }),
                    };
                    let Some(m) = METHODS.iter().position(|m| Some(*m) == r.method) else { return Err(ParseError { kind: ErrorKind::InvalidMethod, bytes_parsed: 1 }) };
                    let minor = r.version.unwrap_or(1);
                    let mut keep = minor == 1; let mut framing = Framing::None; let mut up = false; let mut conn_up = false;
                    for f in r.headers.iter() {
                        let v = String::from_utf8_lossy(f.value).to_lowercase();
                        match f.name.to_lowercase().as_str() {
                            "connection" => { if v.contains("close") { keep = false } if v.contains("keep-alive") { keep = true } if v.contains("upgrade") { conn_up = true } }
                            "content-length" => { let l = v.parse().unwrap_or(0); framing = if l == 0 { Framing::None } else { Framing::Length(l) } }
                            "transfer-encoding" => framing = Framing::Chunked,
                            "upgrade" => up = true,
                            _ => {}
                        }
                    }
                    let upgrade = METHODS[m] == "CONNECT" || (up && conn_up);
                    let head = Head { version: (1, minor), method: Some(Method(m as u8)), target: r.path.unwrap_or("").as_bytes(), status: 0, reason: b"", fields: Fields { list: r.headers.iter().map(|f| (f.name.as_bytes(), f.value)).collect() }, framing, keep_alive: keep, upgrade };
                    let v = sink.head(&head);
                    at += n;
                    match framing { Framing::Length(l) => self.body = Body::Length(l), Framing::Chunked => self.body = Body::Chunk, _ => { self.begun = false; sink.complete(&Fields { list: vec![] }) } }
                    if v == Verdict::Pause { return Ok(Progress { consumed: at.saturating_sub(old), state: State::Paused }) }
                }
                Body::Length(l) | Body::ChunkData(l) => {
                    let chunked = matches!(self.body, Body::ChunkData(_));
                    let n = (rest.len() as u64).min(l) as usize;
                    if n > 0 { sink.content(&rest[..n]); }
                    at += n;
                    let l = l - n as u64;
                    if l > 0 { self.body = if chunked { Body::ChunkData(l) } else { Body::Length(l) }; break; }
                    if chunked { if all.len() < at + 2 { self.body = Body::ChunkData(0); self.buf = all[at..].to_vec(); break; } at += 2; self.body = Body::Chunk }
                    else { self.body = Body::Head; self.begun = false; sink.complete(&Fields { list: vec![] }) }
                }
                Body::Chunk => {
                    let Some(e) = rest.windows(2).position(|w| w == b"\r\n") else { self.buf = rest.to_vec(); break };
                    let s = std::str::from_utf8(&rest[..e]).unwrap_or("").split(';').next().unwrap_or("");
                    let Ok(n) = u64::from_str_radix(s.trim(), 16) else { return Err(ParseError { kind: ErrorKind::InvalidHeader, bytes_parsed: 0 }) };
                    at += e + 2;
                    self.body = if n == 0 { Body::Trailer } else { Body::ChunkData(n) };
                }
                Body::Trailer => {
                    let mut h = [httparse::EMPTY_HEADER; 100];
                    match httparse::parse_headers(rest, &mut h) {
                        Ok(httparse::Status::Complete((n, hs))) => { sink.complete(&Fields { list: hs.iter().map(|f| (f.name.as_bytes(), f.value)).collect() }); at += n; self.body = Body::Head; self.begun = false }
                        _ => { self.buf = rest.to_vec(); break }
                    }
                }
            }
        }
        Ok(Progress { consumed: input.len(), state: State::NeedMore })
    }
}
