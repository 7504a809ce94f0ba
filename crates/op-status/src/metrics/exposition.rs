//! Metrics in Prometheus' text format.

use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};
use prometheus::{Encoder as _, TextEncoder};

/// A sample: labels with their values, and the value.
pub(super) type Sample<'a> = (Vec<(&'static str, &'a str)>, f64);

#[derive(Default)]
pub(super) struct Page(Vec<MetricFamily>);

impl Page {
    pub(super) fn gauge<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = Sample<'a>>,
    ) {
        self.family(MetricType::GAUGE, name, help, samples);
    }

    pub(super) fn counter<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = Sample<'a>>,
    ) {
        self.family(MetricType::COUNTER, name, help, samples);
    }

    fn family<'a>(
        &mut self,
        kind: MetricType,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = Sample<'a>>,
    ) {
        let metrics: Vec<Metric> =
            samples.into_iter().map(|sample| metric(kind, &sample)).collect();
        if metrics.is_empty() {
            return;
        }
        let mut family = MetricFamily::default();
        family.set_name(format!("op_warden_{name}"));
        family.set_help(help.to_owned());
        family.set_field_type(kind);
        family.set_metric(metrics);
        self.0.push(family);
    }

    pub(super) fn text(&self) -> String {
        let mut text = Vec::new();
        // It refuses only families without a name or samples, and writing to memory does not fail.
        let _ = TextEncoder::new().encode(&self.0, &mut text);
        String::from_utf8(text).unwrap_or_default()
    }
}

fn metric(kind: MetricType, (labels, value): &Sample<'_>) -> Metric {
    let pair = |(name, value): &(&'static str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    };
    let mut metric = Metric::from_label(labels.iter().map(pair).collect());
    if matches!(kind, MetricType::COUNTER) {
        let mut counter = Counter::default();
        counter.set_value(*value);
        metric.set_counter(counter);
    } else {
        let mut gauge = Gauge::default();
        gauge.set_value(*value);
        metric.set_gauge(gauge);
    }
    metric
}

/// The only sample of a metric without labels.
pub(super) fn one<'a>(value: impl Into<f64>) -> [Sample<'a>; 1] {
    [plain(value.into())]
}

pub(super) fn plain<'a>(value: f64) -> Sample<'a> {
    (Vec::new(), value)
}

pub(super) fn flag(holds: bool) -> f64 {
    f64::from(holds)
}

pub(super) fn ether(wei: alloy_primitives::U256) -> f64 {
    f64::from(wei) / 1e18
}
