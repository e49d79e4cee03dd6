//! The connector against real repositories, with git itself as the judge.

mod checkpoints;
mod commits;
mod configuration;
mod fixture;
mod history;
mod repositories;
mod statistics;
