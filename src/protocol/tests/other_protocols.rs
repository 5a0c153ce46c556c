//! Request lines of protocols that look like HTTP.

use super::cases;
use crate::protocol::Role;
use crate::protocol::trace::Setup;

#[test]
fn other_protocols_have_methods_of_their_own() {
    cases! { Setup::new(Role::Server);
        b"GET / RTSP/1.0\r\n\r\n" => "GET / 1.0 (none, close) | end";
        b"OPTIONS * RTSP/1.0\r\n\r\n" => "OPTIONS * 1.0 (none, close) | end";
        b"PUT / RTSP/1.0\r\n\r\n"
            => "HPE_INVALID_CONSTANT: Invalid method for RTSP/x.x request @10";
        b"SOURCE / ICE/1.0\r\n\r\n" => "SOURCE / 1.0 (none, close) | end";
        b"GET / ICE/1.0\r\n\r\n"
            => "HPE_INVALID_CONSTANT: Expected SOURCE method for ICE/x.x request @9";
        b"GET / IC\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @8";
    }
}

#[test]
fn methods_of_rtsp_in_rtsp_stricter_than_node() {
    cases! { Setup::new(Role::Server);
        b"DESCRIBE / RTSP/1.0\r\n\r\n"
            => "HPE_INVALID_CONSTANT: Invalid method for RTSP/x.x request @15";
        b"SETUP / RTSP/1.0\r\n\r\n"
            => "HPE_INVALID_CONSTANT: Invalid method for RTSP/x.x request @12";
    }
}
