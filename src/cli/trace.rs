//! Traces: the same spans that the log's events stand in, sent by OTLP over HTTP. Only with the feature `otel`, and only
//! where the standard variables name a collector.
//!
//! What the log may not tell, a trace may not tell either: known secrets are taken out of every span before it leaves.

use std::borrow::Cow;
use std::time::Duration;

use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter,
};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;

use crate::diag::Diagnostic;
use crate::host::{Environment, tls};

use super::codes;
use super::log::{self, Layered};

/// Spans that wait to be sent at most: those of ten thousand steps and their calls.
const QUEUE: usize = 65_536;

/// Traces that are sent until the command ends.
pub struct Traces(SdkTracerProvider);

/// Begins to trace, if the environment names a collector.
///
/// # Errors
/// If what the environment says makes no sense.
pub fn begin(environment: &Environment) -> Result<Option<(Traces, Layered)>, Diagnostic> {
    let told = |name: &str| environment.get_set(name);
    let named = [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ];
    let off = told("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || told("OTEL_TRACES_EXPORTER") == Some("none");
    if off || named.iter().all(|name| told(name).is_none()) {
        return Ok(None);
    }
    tls::install_crypto();
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().build();
    let exporter = exporter.map_err(|error| {
        let detail = format!("Traces cannot be sent as the variables OTEL_EXPORTER_OTLP_* say: {error}.");
        Diagnostic::error(&codes::USAGE, detail)
    })?;
    let mut batches = BatchConfigBuilder::default();
    if told("OTEL_BSP_MAX_QUEUE_SIZE").is_none() {
        batches = batches.with_max_queue_size(QUEUE);
    }
    let batches = BatchSpanProcessor::builder(Hidden(exporter)).with_batch_config(batches.build());
    let mut resource = Resource::builder();
    if told("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("swarmform");
    }
    let resource = resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let provider = SdkTracerProvider::builder()
        .with_span_processor(batches.build())
        .with_resource(resource.build())
        .build();
    // Events are the log's business, but for those that tell of trouble.
    let filter = FilterFn::new(|about| {
        about.target().starts_with("swarmform") && (about.is_span() || *about.level() <= tracing::Level::WARN)
    });
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("swarmform"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_target(false)
        .with_filter(filter);
    Ok(Some((Traces(provider), Box::new(layer))))
}

impl Traces {
    /// Sends what is left.
    ///
    /// # Errors
    /// Why it could not be sent.
    pub fn end(self) -> Result<(), String> {
        self.0.shutdown().map_err(|error| error.to_string())
    }
}

/// An exporter that sends no secret.
#[derive(Debug)]
struct Hidden<E>(E);

impl<E: SpanExporter> SpanExporter for Hidden<E> {
    fn export(&self, mut batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        batch.iter_mut().for_each(clean);
        self.0.export(batch)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn clean(span: &mut SpanData) {
    span.name = Cow::Owned(log::clean(&span.name));
    span.attributes.iter_mut().for_each(clean_value);
    for event in &mut span.events.events {
        event.name = Cow::Owned(log::clean(&event.name));
        event.attributes.iter_mut().for_each(clean_value);
    }
    if let Status::Error { description } = &mut span.status {
        *description = Cow::Owned(log::clean(description));
    }
}

fn clean_value(attribute: &mut KeyValue) {
    match &mut attribute.value {
        Value::String(text) => *text = log::clean(text.as_str()).into(),
        Value::Array(Array::String(texts)) => {
            for text in texts {
                *text = log::clean(text.as_str()).into();
            }
        }
        _ => {}
    }
}
