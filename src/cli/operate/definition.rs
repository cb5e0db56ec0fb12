//! The definition of an app as the platform holds it. It is read, and shown by whoever asks.

use crate::api::definition::{Definition, parse_answer};
use crate::cli::codes;
use crate::diag::Diagnostic;

use super::reach::Reach;
use super::refused;
use super::spot::Spot;

/// The definition of the app that `spot` names, with its organization and environment.
pub async fn definition(reach: &Reach, spot: &Spot) -> Result<(Definition, String, String), Diagnostic> {
    let Some((org, env, app)) = spot.app().filter(|_| spot.service().is_none()) else {
        let detail = format!(
            "The {} is no app, and only an app has a definition.",
            spot.named()
        );
        return Err(Diagnostic::error(&codes::BAD_SPOT, detail));
    };
    let aim = format!("to read the definition of the {}", spot.named());
    let text = reach
        .client
        .app_config(org, env, app)
        .await
        .map_err(|error| refused(&aim, &error))?;
    let read = parse_answer(&text).map_err(|_| {
        let detail = format!(
            "The definition of the {} is not one that the API promises, so it cannot be written as a swarm.json.",
            spot.named()
        );
        Diagnostic::error(&codes::EXPORT, detail)
    })?;
    Ok((read, org.to_owned(), env.to_owned()))
}
