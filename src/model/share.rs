//! Weights as running totals: how members of a group share traffic.

/// A member's place and the draws below which it takes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Portion {
    /// Which member, by its place in the input.
    pub(crate) member: usize,
    /// The running total.
    pub(crate) below: u32,
}

/// What is wrong with the weights of a group. Traffic is shared all the same, not as anybody meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WeightProblem {
    /// This member's weight is over 100: it and all after it get nothing.
    Over(usize),
    /// They sum to this, over 100: members without a weight get nothing.
    Sum(u32),
}

/// Shares traffic: members with a weight first, then the others share the rest; each group in the order given. A member
/// that is alone takes everything, whatever its weight.
pub(crate) fn portions(weights: &[Option<i64>]) -> (Vec<Portion>, Option<WeightProblem>) {
    if weights.len() == 1 {
        return (vec![Portion { member: 0, below: 100 }], None);
    }
    let weighted = || weights.iter().enumerate().filter_map(|(member, weight)| Some((member, (*weight)?)));
    let others = || weights.iter().enumerate().filter(|(_, weight)| weight.is_none()).map(|(member, _)| member);
    let mut problem = None;
    let mut total = 0u32;
    let mut portions = Vec::with_capacity(weights.len());
    for (member, weight) in weighted() {
        if weight > 100 && problem.is_none() {
            problem = Some(WeightProblem::Over(member));
        }
        if problem.is_none() {
            total += u32::try_from(weight).unwrap_or(0);
        }
        portions.push(Portion { member, below: if problem.is_some() { 0 } else { total } });
    }
    if problem.is_none() && total > 100 {
        problem = Some(WeightProblem::Sum(total));
    }
    let count = others().count();
    let share = if count == 0 { 0 } else { rounded_half_even(100u32.saturating_sub(total), count as u32) };
    for (at, member) in others().enumerate() {
        let below = if problem.is_some() {
            0
        } else if at + 1 == count {
            100
        } else {
            total += share;
            total
        };
        portions.push(Portion { member, below });
    }
    (portions, problem)
}

/// A quotient, rounded to the nearest whole number, halves to the even one.
fn rounded_half_even(number: u32, by: u32) -> u32 {
    let (quotient, rest) = (number / by, number % by);
    match (rest * 2).cmp(&by) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient % 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(weights: &[Option<i64>]) -> Vec<(usize, u32)> {
        portions(weights).0.into_iter().map(|portion| (portion.member, portion.below)).collect()
    }

    #[test]
    fn members_without_a_weight_share_the_rest() {
        assert_eq!(totals(&[Some(10), None, None]), [(0, 10), (1, 55), (2, 100)]);
        assert_eq!(totals(&[None, None, None]), [(0, 33), (1, 66), (2, 100)]);
        let seven: Vec<u32> = totals(&[None; 7]).into_iter().map(|(_, below)| below).collect();
        assert_eq!(seven, [14, 28, 42, 56, 70, 84, 100]);
    }

    #[test]
    fn members_with_a_weight_come_first() {
        assert_eq!(totals(&[None, Some(10)]), [(1, 10), (0, 100)]);
    }

    #[test]
    fn a_remainder_is_nobodys() {
        assert_eq!(totals(&[Some(30), Some(30)]), [(0, 30), (1, 60)]);
    }

    #[test]
    fn weights_over_100_break_the_group() {
        assert_eq!(totals(&[Some(60), Some(60)]), [(0, 60), (1, 120)]);
        assert_eq!(portions(&[Some(60), Some(60), None]).1, Some(WeightProblem::Sum(120)));
        assert_eq!(totals(&[Some(120), Some(10), None]), [(0, 0), (1, 0), (2, 0)]);
        assert_eq!(totals(&[Some(100), None]), [(0, 100), (1, 100)]);
    }

    #[test]
    fn alone_a_weight_does_not_count() {
        assert_eq!(totals(&[Some(0)]), [(0, 100)]);
    }

    #[test]
    fn halves_round_to_the_even_number() {
        assert_eq!(rounded_half_even(100, 8), 12);
        assert_eq!(rounded_half_even(90, 4), 22);
        assert_eq!(rounded_half_even(94, 4), 24);
    }
}
