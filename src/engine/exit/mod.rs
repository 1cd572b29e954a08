//! Who gets what from a sale of the company.
//!
//! ```text
//! cap table, terms  -build->  Stack  -distribute->  Waterfall        one exit value, any number; lanes too
//!                               |  \-breakpoints->  Breakpoints      exact: every exit value at which the sharing changes
//!                               \---settle------->  Settlement       exact: to the cent, holder by holder, and checked
//! ```
//!
//! Once every preference is covered, all depends on one unknown, `v`, what one common share gets. A claim with preference
//! `L`, shares as converted `s`, participation cap `C` and exercise price `K` gets
//!
//! ```text
//! non-participating   max(L, s v)                  full      L + s v
//! capped              max(min(L + s v, C), s v)    option    s max(0, v - K)
//! ```
//!
//! Each is the better of its choices at `v` and none falls as `v` rises, so the `v` at which all of them add up to what
//! there is is an equilibrium, and the only one. Where the preferences are not covered `v` is zero and seniority pays.

mod breakpoints;
mod build;
mod cents;
mod curve;
mod outstanding;
mod party;
mod posted;
mod proof;
mod settlement;
mod stack;
mod vote;
mod waterfall;

pub use breakpoints::{Breakpoints, Happening, Recipient, Segment};
pub use build::Unpriced;
pub use curve::{Curve, Method};
pub use party::Party;
pub use posted::{NoExit, PostedExit, Proven, post, post_stack};
pub use proof::{Broken, Checked, check};
pub use settlement::{Amount, Form, Settled, SettledPortion, Settlement, settle};
pub use stack::{Claim, ClaimHolder, ClaimOf, Levy, Portion, Sharing, Stack, UnitId};
pub use waterfall::{Paid, Waterfall, distribute};
