//! Whether a fault took effect.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// What the harness saw a fault do. A fault without a visible effect makes a run inconclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Effect", into = "Effect")]
pub enum Proof {
    /// Its effect, for people: `worker-0 is gone`.
    Seen(String),
    /// Why no effect was seen.
    Unseen(String),
}

/// What the harness saw a fault do.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Effect {
    /// Whether the effect was observed.
    proven: bool,
    /// What was observed, for people: `worker-0 is gone`.
    observation: String,
}

impl From<Effect> for Proof {
    fn from(effect: Effect) -> Self {
        if effect.proven {
            Self::Seen(effect.observation)
        } else {
            Self::Unseen(effect.observation)
        }
    }
}

impl From<Proof> for Effect {
    fn from(proof: Proof) -> Self {
        let (proven, observation) = match proof {
            Proof::Seen(observation) => (true, observation),
            Proof::Unseen(observation) => (false, observation),
        };
        Self {
            proven,
            observation,
        }
    }
}

impl JsonSchema for Proof {
    fn schema_name() -> Cow<'static, str> {
        Effect::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Effect::json_schema(generator)
    }
}
