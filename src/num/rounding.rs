//! The only place that rounds. Rounding is a term of the deal, applied after the exact solution is known.

use super::Number;
use rust_decimal::Decimal;

/// How a closing rounds: a preset, or each knob by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// The price of a round. `None` leaves it exact.
    pub price: Option<Places>,
    /// Which price is rounded.
    pub price_basis: PriceBasis,
    /// The price at which a convertible converts. `None` leaves it exact.
    pub conversion_price: Option<Places>,
    /// What becomes of a fraction of a new share. `None` keeps it, to the ten places a ledger may hold.
    pub shares: Option<Direction>,
    /// What becomes of a fraction of an option in a pool increase.
    pub pool: Option<Direction>,
    /// Places of an amount of money that is wired. `None` leaves it exact.
    pub money_places: Option<u32>,
}

/// A number of decimal places, and which way to go there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// Decimal places, at most ten.
    pub places: u32,
    /// Which way.
    pub direction: Direction,
}

/// Which way to round. OCF: `NORMAL`, `CEILING`, `FLOOR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the nearest, half away from zero.
    Nearest,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// What the rounded price of a round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceBasis {
    /// The exact solution's price, rounded.
    Solution,
    /// The one price on the grid that equals post-money over the whole-share total at that price, rounded.
    WholeShares,
}

impl Rounding {
    /// Nothing is rounded but the ten places of a posted quantity: for models at the level of valuations.
    pub const EXACT: Rounding = Rounding {
        price: None,
        price_basis: PriceBasis::Solution,
        conversion_price: None,
        shares: None,
        pool: None,
        money_places: None,
    };

    /// Price to 4 places, nearest; whole shares, down; cents.
    pub const CLOSING_US: Rounding = Rounding {
        price: Some(Places { places: 4, direction: Direction::Nearest }),
        price_basis: PriceBasis::Solution,
        conversion_price: Some(Places { places: 4, direction: Direction::Nearest }),
        shares: Some(Direction::Down),
        pool: Some(Direction::Down),
        money_places: Some(2),
    };

    /// Price up to 5 places, consistent with the whole-share total it produces; whole shares, down; cents.
    pub const LAW_FIRM: Rounding = Rounding {
        price: Some(Places { places: 5, direction: Direction::Up }),
        price_basis: PriceBasis::WholeShares,
        conversion_price: Some(Places { places: 5, direction: Direction::Up }),
        shares: Some(Direction::Down),
        pool: Some(Direction::Down),
        money_places: Some(2),
    };

    /// The round's price as the deal rounds it.
    #[inline(always)]
    pub fn price<N: Number>(self, price: N) -> N {
        to_places(price, self.price)
    }

    /// A conversion price as the deal rounds it: of a convertible, or of a class after an adjustment.
    #[inline(always)]
    pub fn conversion_price<N: Number>(self, price: N) -> N {
        to_places(price, self.conversion_price)
    }

    /// New shares as the deal rounds them.
    #[inline(always)]
    pub fn shares<N: Number>(self, shares: N) -> N {
        self.shares.map_or_else(|| shares.posted(), |direction| whole(shares, direction))
    }

    /// A pool increase as the deal rounds it.
    #[inline(always)]
    pub fn pool<N: Number>(self, options: N) -> N {
        self.pool.map_or_else(|| options.posted(), |direction| whole(options, direction))
    }

    /// Interest as the deal counts it: to the nearest unit of account.
    #[inline(always)]
    pub fn interest<N: Number>(self, interest: N) -> N {
        to_places(interest, self.money_places.map(|places| Places { places, direction: Direction::Nearest }))
    }

    /// Money to be wired for `shares` at `price`: up to the next unit of account, so that it pays for every share.
    #[inline(always)]
    pub fn wire<N: Number>(self, money: N) -> N {
        match self.money_places {
            None => money.posted(),
            Some(places) => {
                let unit = N::given(Decimal::new(1, places));
                whole(money / unit, Direction::Up) * unit
            }
        }
    }
}

#[inline(always)]
fn to_places<N: Number>(price: N, places: Option<Places>) -> N {
    match places {
        None => price,
        Some(Places { places, direction }) => {
            let unit = N::given(Decimal::new(1, places));
            whole(price / unit, direction) * unit
        }
    }
}

/// The whole number that `direction` leads to.
#[inline(always)]
pub fn whole<N: Number>(number: N, direction: Direction) -> N {
    match direction {
        Direction::Down => number.floor(),
        Direction::Nearest => (number + N::one() / N::whole(2)).floor(),
        // From below zero, so that in lanes what is a whole number but for its last digits stays where it is.
        Direction::Up => N::zero() - (N::zero() - number).floor(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::{Exact, Lanes};

    fn exact(text: &str) -> Exact {
        Exact::given(text.parse().expect("a decimal"))
    }

    #[test]
    fn each_direction_to_a_whole_number() {
        for (number, down, nearest, up) in
            [("2.4", 2, 2, 3), ("2.5", 2, 3, 3), ("2.6", 2, 3, 3), ("3", 3, 3, 3), ("0", 0, 0, 0)]
        {
            for (direction, expected) in [(Direction::Down, down), (Direction::Nearest, nearest), (Direction::Up, up)] {
                assert_eq!(
                    whole(exact(number), direction).to_decimal(0),
                    Some(Decimal::from(expected)),
                    "{number} {direction:?}"
                );
                let lanes = whole(Lanes::<4>::given(number.parse().expect("a decimal")), direction);
                assert!(
                    lanes.0.iter().all(|lane| (lane - f64::from(expected)).abs() < f64::EPSILON),
                    "{number} {direction:?} in lanes"
                );
            }
        }
    }

    #[test]
    fn a_price_on_the_grid_stays_on_it_in_lanes() {
        // 143.75939 / 0.00001 is 14375939.000000002 in floats.
        let price = 143.759_39;
        let up = Rounding::LAW_FIRM.price(Lanes::<1>([price])).0[0];
        assert!((up - price).abs() < 1e-9, "{up}");
    }

    #[test]
    fn a_price_to_four_places_goes_half_away_from_zero() {
        assert_eq!(Rounding::CLOSING_US.price(exact("0.656587")).to_decimal(10), "0.6566".parse().ok());
        assert_eq!(Rounding::CLOSING_US.price(exact("0.65655")).to_decimal(10), "0.6566".parse().ok());
        assert_eq!(Rounding::LAW_FIRM.price(exact("0.6565811")).to_decimal(10), "0.65659".parse().ok());
        assert_eq!(Rounding::EXACT.price(exact("0.6565811")).to_decimal(10), "0.6565811".parse().ok());
    }

    #[test]
    fn a_wire_pays_for_every_share() {
        assert_eq!(Rounding::CLOSING_US.wire(exact("99.9901")).to_decimal(4), "100".parse().ok());
        assert_eq!(Rounding::CLOSING_US.wire(exact("99.99")).to_decimal(4), "99.99".parse().ok());
    }
}
