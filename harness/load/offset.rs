//! Serialises offsets from the start of a run as numbers of milliseconds.

use std::time::Duration;

use model::quantity::Milliseconds;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn serialize<S: Serializer>(
    offset: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Milliseconds::from(*offset).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    Milliseconds::deserialize(deserializer).map(Into::into)
}

/// The same for `Option`.
pub(super) mod option {
    use std::time::Duration;

    use model::quantity::Milliseconds;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands out references")]
    pub(in super::super) fn serialize<S: Serializer>(
        offset: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        offset.map(Milliseconds::from).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let read = Option::<Milliseconds>::deserialize(deserializer)?;
        Ok(read.map(Into::into))
    }
}
