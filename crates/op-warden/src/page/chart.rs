//! One chart: a line over time, drawn as SVG, and what it shows in words.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::text::{count, distance, measured, span};

/// The drawing's own measures; the page stretches it.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 100.0;
/// Half a line's breadth, so that it is whole at the edges.
const MARGIN: f64 = 2.0;

/// Points are a minute apart: where more than this is missing, in seconds, nobody knows.
const GAP: u64 = 150;

/// What a chart measures. All of it is never below 0, and how far it is from there matters.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    Seconds,
    Blocks,
    L1Blocks,
    Eth,
    Count,
}

impl Unit {
    fn text(self, value: f64) -> String {
        let whole = || if value < 1e15 { format!("{value:.0}") } else { format!("{value:.1e}") };
        let number = || whole().parse().map_or_else(|_| whole(), count);
        match self {
            Self::Seconds => measured(value),
            Self::Blocks => format!("{} blocks", number()),
            Self::L1Blocks => format!("{} L1 blocks", number()),
            Self::Eth if value < 1e6 => {
                let text = format!("{value:.4}");
                format!("{} ETH", text.trim_end_matches('0').trim_end_matches('.'))
            }
            Self::Eth => format!("{} ETH", number()),
            Self::Count => number(),
        }
    }
}

/// Values over time.
pub(super) struct Series<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) unit: Unit,
    /// What the value is measured against.
    pub(super) bound: Option<f64>,
    /// The oldest first; `None` where the value was not known.
    pub(super) points: Vec<(u64, Option<f64>)>,
}

/// For drawing; above 2⁵³ it is rounded.
#[expect(clippy::cast_precision_loss, reason = "rounding is what is meant")]
pub(super) fn number(value: u64) -> f64 {
    value as f64
}

/// From times and values to places in the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scale {
    from: u64,
    to: u64,
    top: f64,
}

impl Scale {
    /// None without any value.
    fn of(points: &[(u64, Option<f64>)]) -> Option<Self> {
        let top = values(points).map(|(_, value)| value).reduce(f64::max)?;
        let from = points.iter().map(|(at, _)| *at).min()?;
        let to = points.iter().map(|(at, _)| *at).max()?;
        Some(Self { from, to, top: if top > 0.0 { top } else { 1.0 } })
    }

    fn x(&self, at: u64) -> f64 {
        let passed = number(at.saturating_sub(self.from));
        match number(self.to - self.from) {
            0.0 => WIDTH - MARGIN,
            all => MARGIN + passed / all * (WIDTH - 2.0 * MARGIN),
        }
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - MARGIN - value / self.top * (HEIGHT - 2.0 * MARGIN)
    }
}

/// The values that are one: what is below 0 or no number is none.
fn values(points: &[(u64, Option<f64>)]) -> impl Iterator<Item = (u64, f64)> {
    let known = |(at, value): &(u64, Option<f64>)| Some((*at, (*value)?));
    points.iter().filter_map(known).filter(|(_, value)| value.is_finite() && *value >= 0.0)
}

/// Points that belong together: nothing is known between two runs.
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
fn paths(scale: Scale, points: &[(u64, Option<f64>)]) -> (String, String) {
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

pub(super) fn figure(series: &Series<'_>, now: u64) -> Markup {
    let Series { id, title, unit, bound, points } = series;
    let latest = points.last().and_then(|last| values(std::slice::from_ref(last)).next());
    html! {
        figure.chart id={ "chart-" (id) } {
            figcaption {
                span { (title) }
                b { @if let Some((_, value)) = latest { (unit.text(value)) } @else { "not known now" } }
            }
            @match Scale::of(points) {
                Some(scale) => (drawing(series, scale, now)),
                None => p.nothing { "No value in the last hours." },
            }
            @if let Some(bound) = bound {
                p.bound { (if matches!(unit, Unit::L1Blocks) { "of " } else { "bound " }) (unit.text(*bound)) }
            }
        }
    }
}

fn drawing(series: &Series<'_>, scale: Scale, now: u64) -> Markup {
    let Series { id, title, unit, bound, points } = series;
    let (line, area) = paths(scale, points);
    let bound = bound.filter(|bound| *bound <= scale.top).map(|bound| scale.y(bound));
    html! {
        div.plot {
            span.top aria-hidden="true" { (unit.text(scale.top)) }
            svg role="img" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none"
                aria-labelledby={ "chart-" (id) "-title chart-" (id) "-words" } {
                title id={ "chart-" (id) "-title" } { (title) }
                desc id={ "chart-" (id) "-words" } { (words(series, now)) }
                path.area d=(area) {}
                path.floor d={ "M0 " (HEIGHT - 0.5) "H" (WIDTH) } {}
                @if let Some(y) = bound { path.limit d={ "M0 " (format!("{y:.1}")) "H" (WIDTH) } {} }
                path.line d=(line) {}
            }
        }
        p.axis aria-hidden="true" {
            span { (distance(scale.from, now)) }
            span { (extent(*unit, points)) }
            span { (distance(scale.to, now)) }
        }
    }
}

fn extent(unit: Unit, points: &[(u64, Option<f64>)]) -> String {
    let all = || values(points).map(|(_, value)| value);
    match (all().reduce(f64::min), all().reduce(f64::max)) {
        (Some(least), Some(most)) => format!("{} to {}", unit.text(least), unit.text(most)),
        _ => String::new(),
    }
}

/// What the drawing shows, for who does not see it.
fn words(series: &Series<'_>, now: u64) -> String {
    let Series { unit, points, .. } = series;
    let known = values(points).count();
    let (Some((first, _)), Some((last, end))) = (points.first(), points.last()) else {
        return String::new();
    };
    let end = values(&[(*last, *end)]).next();
    let unknown = match points.len() - known {
        0 => String::new(),
        1 => " 1 minute has no value.".to_owned(),
        minutes => format!(" {minutes} minutes have no value."),
    };
    format!(
        "From {} over {}: {}; at the end {}.{unknown}",
        distance(*first, now),
        span(last.saturating_sub(*first)),
        extent(*unit, points),
        end.map_or_else(|| "not known".to_owned(), |(_, value)| unit.text(value)),
    )
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

    fn shown(values: &[Option<f64>]) -> String {
        let points = minutes(values);
        let series = Series { id: "x", title: "X", unit: Unit::Blocks, bound: None, points };
        figure(&series, 600).into_string()
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
    fn nulls_alone_are_no_drawing() {
        let page = shown(&[None, None]);
        assert!(!page.contains("<svg") && page.contains("No value in the last hours."), "{page}");
        assert!(page.contains("not known now"));
        assert_eq!(Scale::of(&[]), None);
    }

    #[test]
    fn one_point_is_a_dot_at_the_end() {
        assert_eq!(drawn(&[Some(3.0)]), ("M598.0 2.0h.01".to_owned(), String::new()));
        assert!(shown(&[Some(3.0)]).contains("3 blocks to 3 blocks; at the end 3 blocks."));
    }

    #[test]
    fn huge_numbers_stay_within_the_drawing() {
        let huge = [Some(number(u64::MAX)), Some(f64::MAX), Some(1.0), Some(0.0)];
        for (x, y) in places(&drawn(&huge).0) {
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{x} {y}");
        }
        assert_eq!(Unit::Blocks.text(number(u64::MAX)), "1.8e19 blocks");
        assert_eq!(Unit::Blocks.text(1_234_567.0), "1,234,567 blocks");
        assert_eq!(Unit::Eth.text(f64::MAX), "1.8e308 ETH");
        assert_eq!(Unit::Eth.text(0.104_400_000_001), "0.1044 ETH");
    }

    #[test]
    fn what_cannot_be_is_not_drawn() {
        for no_value in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Scale::of(&minutes(&[Some(no_value)])), None);
            let (line, _) = drawn(&[Some(2.0), Some(no_value), Some(2.0)]);
            assert_eq!(line.matches('M').count(), 2, "{no_value} was drawn: {line}");
        }
    }

    #[test]
    fn the_words_say_what_the_drawing_shows() {
        let page = shown(&[Some(4.0), None, Some(9.0), Some(6.0)]);
        assert!(page.contains(
            "From 10 min ago over 3 min: 4 blocks to 9 blocks; at the end 6 blocks. 1 minute has no value."
        ), "{page}");
    }

    #[test]
    fn times_that_go_back_are_no_panic() {
        let points = vec![(500, Some(1.0)), (20, Some(2.0)), (u64::MAX, Some(3.0))];
        let series = Series { id: "x", title: "X", unit: Unit::Seconds, bound: Some(2.0), points };
        assert!(figure(&series, 0).into_string().contains("<svg"));
    }
}
