//! From times and values to places in a drawing.

use std::fmt::Write as _;

use op_util::number::float;

/// The drawing's own measures; the page stretches it.
pub(super) const WIDTH: f64 = 600.0;
pub(super) const HEIGHT: f64 = 100.0;
/// Half a line's width, so that it is whole at the edges.
const MARGIN: f64 = 2.0;
/// Points are a minute apart: more than this between two, in seconds, is a gap.
const GAP: u64 = 150;

/// From times and values to places in the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) top: f64,
}

impl Scale {
    /// None without any value.
    pub(super) fn of(points: &[(u64, Option<f64>)]) -> Option<Self> {
        let top = values(points).map(|(_, value)| value).reduce(f64::max)?;
        let from = points.iter().map(|(at, _)| *at).min()?;
        let to = points.iter().map(|(at, _)| *at).max()?;
        Some(Self { from, to, top: if top > 0.0 { top } else { 1.0 } })
    }

    fn x(&self, at: u64) -> f64 {
        let passed = float(at.saturating_sub(self.from));
        match float(self.to - self.from) {
            0.0 => WIDTH - MARGIN,
            all => MARGIN + passed / all * (WIDTH - 2.0 * MARGIN),
        }
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        HEIGHT - MARGIN - value / self.top * (HEIGHT - 2.0 * MARGIN)
    }
}

/// The values that can be drawn: below 0 and not a number cannot.
pub(super) fn values(points: &[(u64, Option<f64>)]) -> impl Iterator<Item = (u64, f64)> {
    let known = |(at, value): &(u64, Option<f64>)| Some((*at, (*value)?));
    points.iter().filter_map(known).filter(|(_, value)| value.is_finite() && *value >= 0.0)
}

/// Points that belong together: no value is known between two runs.
fn runs(points: &[(u64, Option<f64>)]) -> Vec<Vec<(u64, f64)>> {
    let mut runs: Vec<Vec<(u64, f64)>> = Vec::new();
    let mut last = None;
    for point in points {
        let Some(value) = values(std::slice::from_ref(point)).next() else {
            last = None;
            continue;
        };
        match (last, runs.last_mut()) {
            (Some(before), Some(run)) if value.0.saturating_sub(before) <= GAP => run.push(value),
            _ => runs.push(vec![value]),
        }
        last = Some(value.0);
    }
    runs
}

/// The line and the area under it; a run of one point is a dot.
pub(super) fn paths(scale: Scale, points: &[(u64, Option<f64>)]) -> (String, String) {
    let (mut line, mut area) = (String::new(), String::new());
    for run in runs(points) {
        let places: Vec<String> = run
            .iter()
            .map(|(at, value)| format!("{:.1} {:.1}", scale.x(*at), scale.y(*value)))
            .collect();
        let joined = places.join("L");
        let (first, last) = (scale.x(run[0].0), scale.x(run[run.len() - 1].0));
        line.extend(["M", &joined]);
        if run.len() == 1 {
            line.push_str("h.01");
        } else {
            // Writing to a String cannot fail.
            let _ = write!(area, "M{first:.1} {HEIGHT}L{joined}L{last:.1} {HEIGHT}Z");
        }
    }
    (line, area)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(values: &[Option<f64>]) -> Vec<(u64, Option<f64>)> {
        (0..).step_by(60).zip(values.iter().copied()).collect()
    }

    fn drawn(values: &[Option<f64>]) -> (String, String) {
        let points = minutes(values);
        paths(Scale::of(&points).unwrap(), &points)
    }

    /// Every place of a path.
    fn places(path: &str) -> Vec<(f64, f64)> {
        let number = |text: &str| text.parse::<f64>().unwrap();
        path.split(['M', 'L'])
            .filter(|place| !place.is_empty())
            .map(|place| place.trim_end_matches("h.01").split_once(' ').unwrap())
            .map(|(x, y)| (number(x), number(y)))
            .collect()
    }

    #[test]
    fn the_line_goes_from_edge_to_edge_and_from_0_to_the_greatest() {
        let (line, _) = drawn(&[Some(0.0), Some(5.0), Some(10.0)]);
        assert_eq!(places(&line), [(2.0, 98.0), (300.0, 50.0), (598.0, 2.0)]);
    }

    #[test]
    fn a_constant_is_a_level_line() {
        assert_eq!(places(&drawn(&[Some(7.0); 2]).0), [(2.0, 2.0), (598.0, 2.0)]);
        assert_eq!(places(&drawn(&[Some(0.0); 2]).0), [(2.0, 98.0), (598.0, 98.0)]);
    }

    #[test]
    fn nulls_are_gaps() {
        let (line, area) = drawn(&[None, Some(1.0), Some(1.0), None, Some(1.0), None]);
        assert_eq!(line.matches('M').count(), 2);
        assert_eq!(line.matches("h.01").count(), 1, "a lone point is a dot");
        assert_eq!(area.matches('M').count(), 1);
    }

    #[test]
    fn minutes_that_are_missing_are_gaps() {
        let points =
            [(0, Some(1.0)), (60, Some(1.0)), (60 + GAP, Some(1.0)), (61 + 2 * GAP, Some(1.0))];
        assert_eq!(runs(&points).len(), 2);
    }

    #[test]
    fn one_point_is_a_dot_at_the_end() {
        assert_eq!(drawn(&[Some(3.0)]), ("M598.0 2.0h.01".to_owned(), String::new()));
    }

    #[test]
    fn huge_numbers_stay_within_the_drawing() {
        let huge = [Some(float(u64::MAX)), Some(f64::MAX), Some(1.0), Some(0.0)];
        for (x, y) in places(&drawn(&huge).0) {
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{x} {y}");
        }
    }

    #[test]
    fn what_cannot_be_is_not_drawn() {
        for no_value in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Scale::of(&minutes(&[Some(no_value)])), None);
            let (line, _) = drawn(&[Some(2.0), Some(no_value), Some(2.0)]);
            assert_eq!(line.matches('M').count(), 2, "{no_value} was drawn: {line}");
        }
    }
}
