mod client;
mod output;
mod reading;
pub(super) mod stage;
mod threads;
mod times;
