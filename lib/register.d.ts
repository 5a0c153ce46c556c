/**
 * `rust-http/register`: loading it, by `node --import`, `node -r` or as the first import of an
 * application, puts rust-http in the place of Node's `http`, and rust-http/https in that
 * of `https`, for the whole process. `RUST_HTTP=off` in the environment leaves Node's in place,
 * `RUST_HTTP_HTTPS=off` Node's `https`.
 */
export {};
