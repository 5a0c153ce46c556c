//! Kinds of malformed input, with the names and words Node's users know them by.

/// Malformed input: the parser is dead afterwards.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: {} (at byte {bytes_parsed})", kind.code(), kind.reason())]
pub struct ParseError {
    pub kind: ErrorKind,
    /// Offset in the chunk given last.
    pub bytes_parsed: usize,
}

macro_rules! error_kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal $reason:literal,)*) => {
        /// Why input was refused.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum ErrorKind {
            $($(#[$doc])* $name,)*
        }

        impl ErrorKind {
            /// All kinds. A kind crosses to JavaScript as its position here.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The `HPE_*` code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => concat!("HPE_", $code),)* }
            }

            /// The reason in Node's words.
            pub fn reason(self) -> &'static str {
                match self { $(Self::$name => $reason,)* }
            }
        }
    };
}

error_kinds! {
    ChunkDataCr "CR_EXPECTED" "Missing expected CR after chunk data",
    ChunkDataLf "STRICT" "Expected LF after chunk data",
    ChunkExtension "STRICT" "Invalid character in chunk extensions",
    ChunkExtensionName "STRICT" "Invalid character in chunk extensions name",
    ChunkExtensionNameCr "CR_EXPECTED" "Missing expected CR after chunk extension name",
    ChunkExtensionQuote "STRICT" "Invalid character in chunk extensions quote value",
    ChunkExtensionQuoted "STRICT" "Invalid character in chunk extensions quoted value",
    ChunkExtensionQuotedPair "STRICT" "Invalid quoted-pair in chunk extensions quoted value",
    ChunkExtensionsOverflow "CHUNK_EXTENSIONS_OVERFLOW" "Chunk extensions overflow",
    ChunkExtensionValue "STRICT" "Invalid character in chunk extensions value",
    ChunkExtensionValueCr "CR_EXPECTED" "Missing expected CR after chunk extension value",
    ChunkSize "INVALID_CHUNK_SIZE" "Invalid character in chunk size",
    ChunkSizeCr "CR_EXPECTED" "Missing expected CR after chunk size",
    ChunkSizeLf "STRICT" "Expected LF after chunk size",
    ChunkSizeOverflow "INVALID_CHUNK_SIZE" "Chunk size overflow",
    ClosedConnection "CLOSED_CONNECTION" "Data after `Connection: close`",
    ContentLength "INVALID_CONTENT_LENGTH" "Invalid character in Content-Length",
    ContentLengthDuplicate "UNEXPECTED_CONTENT_LENGTH" "Duplicate Content-Length",
    ContentLengthEmpty "INVALID_CONTENT_LENGTH" "Empty Content-Length",
    ContentLengthOverflow "INVALID_CONTENT_LENGTH" "Content-Length overflow",
    ContentLengthWithCoding "INVALID_CONTENT_LENGTH" "Content-Length can't be present with Transfer-Encoding",
    CodingEmpty "INVALID_TRANSFER_ENCODING" "Empty Transfer-Encoding",
    CodingInRequest "INVALID_TRANSFER_ENCODING" "Request has invalid `Transfer-Encoding`",
    CodingValue "INVALID_TRANSFER_ENCODING" "Invalid `Transfer-Encoding` header value",
    CodingWithContentLength "INVALID_TRANSFER_ENCODING" "Transfer-Encoding can't be present with Content-Length",
    EofState "INVALID_EOF_STATE" "Invalid EOF state",
    HeaderFieldChar "INVALID_HEADER_TOKEN" "Invalid header field char",
    HeaderOverflow "HEADER_OVERFLOW" "Header overflow",
    HeadersLf "STRICT" "Expected LF after headers",
    HeaderToken "INVALID_HEADER_TOKEN" "Invalid header token",
    HeaderValueChar "INVALID_HEADER_TOKEN" "Invalid header value char",
    HeaderValueCr "CR_EXPECTED" "Missing expected CR after header value",
    HeaderValueFold "INVALID_HEADER_TOKEN" "Unexpected whitespace after header value",
    HeaderValueLf "LF_EXPECTED" "Missing expected LF after header value",
    HttpVersion "INVALID_VERSION" "Invalid HTTP version",
    LfAfterCr "STRICT" "Expected LF after CR",
    Method "INVALID_METHOD" "Invalid method encountered",
    MethodForProtocol "INVALID_CONSTANT" "Invalid method for HTTP/x.x request",
    MethodSpace "INVALID_METHOD" "Expected space after method",
    Preface "PAUSED_H2_UPGRADE" "Pause on PRI/Upgrade",
    PrefaceInvalid "INVALID_VERSION" "Expected HTTP/2 Connection Preface",
    Protocol "INVALID_CONSTANT" "Expected HTTP/, RTSP/ or ICE/",
    ResponseLineCr "CR_EXPECTED" "Missing expected CR after response line",
    SpaceAfterStartLine "UNEXPECTED_SPACE" "Unexpected space after start line",
    StatusCode "INVALID_STATUS" "Invalid status code",
    StatusEnd "INVALID_STATUS" "Invalid response status",
    UrlChars "INVALID_URL" "Invalid characters in url",
    UrlDoubleAt "INVALID_URL" "Double @ in url",
    UrlFragment "INVALID_URL" "Invalid char in url fragment start",
    UrlPath "INVALID_URL" "Invalid char in url path",
    UrlQuery "INVALID_URL" "Invalid char in url query",
    UrlSchema "INVALID_URL" "Unexpected char in url schema",
    UrlServer "INVALID_URL" "Unexpected char in url server",
    UrlStart "INVALID_URL" "Unexpected start char in url",
    VersionDot "INVALID_VERSION" "Expected dot",
    VersionEnd "INVALID_VERSION" "Expected CRLF after version",
    VersionEndLf "STRICT" "Expected CRLF after version",
    VersionMajor "INVALID_VERSION" "Invalid major version",
    VersionMinor "INVALID_VERSION" "Invalid minor version",
    VersionSpace "INVALID_VERSION" "Expected space after version",
    MethodForRtsp "INVALID_CONSTANT" "Invalid method for RTSP/x.x request",
    MethodForIce "INVALID_CONSTANT" "Expected SOURCE method for ICE/x.x request",
    UrlLineEnd "INVALID_URL" "Expected CRLF",
    /// Nothing is wrong with the input: the native side has panicked.
    Internal "INTERNAL" "Internal error",
}

/// A refusal at the current byte: the kind, and whether Node counts that byte as parsed.
pub(crate) type Fault = (ErrorKind, usize);
