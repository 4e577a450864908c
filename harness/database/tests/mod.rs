//! Tests with a real Docker and a real MySQL.

mod copies;
mod fixture;
mod life;
mod refusals;
