//! capstruct: who owns what after a deal, exact to the last share.
//!
//! A scenario file says who holds what, which rounds, tranches, sales and grants follow and what is uncertain. The
//! library loads it with the place of every value, resolves it into terms, replays the events into a ledger, and makes
//! tables and charts of the ledger. The command line does nothing else.
//!
//! # Sixty seconds
//!
//! A scenario as text, and one number of it:
//!
//! ```
//! use capstruct::model::{Case, Rung};
//! use capstruct::report::{Run, holders::holders};
//! use capstruct::spec::{load_text, resolve};
//!
//! let loaded = load_text("seed", r#"
//!     title        = "A seed round"
//!     stakeholders = { founders = "Founders", fund = "Seed Fund" }
//!     opening      = { holdings = [{ stakeholder = "founders", shares = 8_000_000 }] }
//!     rounds       = [{ name = "Seed", pre_money = "8M", participants = { fund = "2M" } }]
//! "#);
//! let document = loaded.document.expect("it can be read");
//! let settings = resolve::Settings { case: Case::Base, set: Vec::new() };
//! let (agreement, _) = resolve::resolve(&document, &loaded.sources, &settings).expect("it adds up");
//! let run = Run::new(agreement, Rung::All).expect("every event has an answer");
//!
//! let last = run.ledger().last();
//! let fund = holders(&run).into_iter().find(|holder| holder.id == "fund").expect("it holds something");
//! assert_eq!(fund.shares(last).to_string(), "2000000");
//! assert_eq!(fund.ownership(last).to_string(), "0.2");
//! ```
//!
//! What is wrong with a file comes as findings, all at once, each with its place:
//!
//! ```
//! let loaded = capstruct::spec::load_text("seed", "title = 7\ncolour = \"blue\"");
//! let codes: Vec<_> = loaded.findings.0.iter().map(|finding| finding.code).collect();
//! assert_eq!(codes, ["E0201", "E0101"]);
//! ```
//!
//! From a scenario folder to a printed table (`examples/library.rs`):
//!
//! ```
#![doc = include_str!("../examples/library.rs")]
//! ```
//!
//! # Names
//!
//! One word for one thing, from the Open Cap Format (OCF), the model documents of the National Venture Capital
//! Association (NVCA) and the plain speech of the trade.
//!
//! | word | meaning | source |
//! |---|---|---|
//! | issuer | the company whose shares these are | OCF |
//! | stakeholder | whoever holds or may come to hold something | OCF |
//! | group | stakeholders added up in reports; it buys and sells nothing itself | |
//! | class | a class or series of shares, common or preferred | OCF stock class |
//! | plan | an option pool: what is granted, promised and available of it | OCF stock plan |
//! | position | what one stakeholder has of one class or plan; it has a dense id | |
//! | round, tranche, closing | a financing, the parts it is paid in, and the event of one part | OCF financing; NVCA initial, additional, milestone closing |
//! | pre-money, post-money | the value of the company before and after a round's money | |
//! | headline money | all the money a round is priced for, whether or not it comes | |
//! | price | money per share of a round, fixed at its first closing | NVCA original issue price |
//! | capitalization | the count a value is divided by; which shares it counts is always said | OCF capitalization definition |
//! | fully diluted | shares as converted, options granted, promised and available | |
//! | rung | how far money is: funded, committed, all | |
//! | case | which value the variables have: low, base, high | |
//! | secondary | a sale between holders; no share is issued | OCF transfer |
//! | residue | what whole shares leave of a cheque: money = price x shares + residue | |
//! | entry, ledger | one change of one position, and all of them in order | OCF transaction |
//! | stage | the company after an event | |
//! | ownership | a part of the fully diluted count | |
//! | dilution | what a holder's ownership loses, by cause | |
//! | finding | something wrong in what was typed: what, where, expected and found, what to do | |
//! | refusal | an event of the engine that has no answer, and why | |
//! | assumption | a default that was applied because the file does not say | |
//! | evidence | how well a figure is known: official, reported, rumoured, assumed | |

pub mod cli;
pub mod engine;
pub mod error;
pub mod model;
pub mod num;
pub mod render;
pub mod report;
pub mod sim;
pub mod spec;
