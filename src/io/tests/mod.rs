mod client;
mod output;
mod reading;
mod stage;
mod threads;
mod times;
