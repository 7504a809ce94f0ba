//! One chart: a line over time, drawn as SVG, and what it shows in words.

use maud::{Markup, html};
use op_util::text::span;

use crate::page::scale::{HEIGHT, Scale, WIDTH, paths, values};
use crate::page::text::{count, distance, measured};

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

pub(super) struct Series<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) unit: Unit,
    /// What the value is measured against.
    pub(super) bound: Option<f64>,
    /// The oldest first; `None` where the value was not known.
    pub(super) points: Vec<(u64, Option<f64>)>,
}

pub(super) fn figure(series: &Series<'_>, now: u64) -> Markup {
    let Series { id, title, unit, points, .. } = series;
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
        }
    }
}

fn drawing(series: &Series<'_>, scale: Scale, now: u64) -> Markup {
    let Series { id, title, unit, bound, points } = series;
    let (line, area) = paths(scale, points);
    let limit = bound.filter(|bound| *bound <= scale.top).map(|bound| scale.y(bound));
    html! {
        div.plot {
            span.top aria-hidden="true" { (unit.text(scale.top)) }
            svg role="img" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none"
                aria-labelledby={ "chart-" (id) "-title chart-" (id) "-words" } {
                title id={ "chart-" (id) "-title" } { (title) }
                desc id={ "chart-" (id) "-words" } { (words(series, now)) }
                path.area d=(area) {}
                path.floor d={ "M0 " (HEIGHT - 0.5) "H" (WIDTH) } {}
                @if let Some(y) = limit { path.limit d={ "M0 " (format!("{y:.1}")) "H" (WIDTH) } {} }
                path.line d=(line) {}
            }
        }
        p.axis aria-hidden="true" {
            span { (distance(scale.from, now)) }
            span { (distance(scale.to, now)) }
        }
        p.range {
            (extent(*unit, points))
            @if let Some(bound) = series.bound { " · bound " (unit.text(bound)) }
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

/// What the drawing shows, for people who do not see it.
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
    use op_util::number::float;

    fn minutes(values: &[Option<f64>]) -> Vec<(u64, Option<f64>)> {
        (0..).step_by(60).zip(values.iter().copied()).collect()
    }

    fn shown(values: &[Option<f64>]) -> String {
        let points = minutes(values);
        let series = Series { id: "x", title: "X", unit: Unit::Blocks, bound: None, points };
        figure(&series, 600).into_string()
    }

    #[test]
    fn nulls_alone_are_no_drawing() {
        let page = shown(&[None, None]);
        assert!(!page.contains("<svg") && page.contains("No value in the last hours."), "{page}");
        assert!(page.contains("not known now"));
        assert_eq!(Scale::of(&[]), None);
    }

    #[test]
    fn one_point_is_shown_in_words() {
        assert!(shown(&[Some(3.0)]).contains("3 blocks to 3 blocks; at the end 3 blocks."));
    }

    #[test]
    fn huge_numbers_are_short() {
        assert_eq!(Unit::Blocks.text(float(u64::MAX)), "1.8e19 blocks");
        assert_eq!(Unit::Blocks.text(1_234_567.0), "1,234,567 blocks");
        assert_eq!(Unit::Eth.text(f64::MAX), "1.8e308 ETH");
        assert_eq!(Unit::Eth.text(0.104_400_000_001), "0.1044 ETH");
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
