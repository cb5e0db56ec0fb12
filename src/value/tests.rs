//! The laws that every value obeys, tried on generated values, and facts measured of Terraform 1.11.4.

mod behaviour;
mod generate;
mod laws;
mod measured;
mod small_map;
