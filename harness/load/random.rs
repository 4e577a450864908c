//! Seeded random values in templates: a choice, a number from a distribution, a text.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};
use model::quantity::{Bytes, ParseError};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// The longest text that a template draws. Temporal refuses payloads above 2 MiB
/// (`limit.blobSize.error`).
const LONGEST_TEXT: Bytes = Bytes::new(1 << 20);

/// The functions.
pub(super) const FUNCTIONS: [&str; 5] = ["choice", "exponential", "normal", "text", "uniform"];

/// The variable in which the functions find the source of randomness.
pub(super) const SOURCE: &str = "__random";

/// The source of all random values of one workflow, which are drawn one after another.
#[derive(Debug)]
pub(super) struct Random(Mutex<ChaCha8Rng>);

impl Object for Random {}

impl Random {
    pub(super) fn new(random: ChaCha8Rng) -> Self {
        Self(Mutex::new(random))
    }
}

pub(super) fn add_to(environment: &mut Environment<'_>) {
    environment.add_function("choice", choice);
    environment.add_function("uniform", uniform);
    environment.add_function("normal", normal);
    environment.add_function("exponential", exponential);
    environment.add_function("text", text);
}

fn draw<R>(state: &State<'_, '_>, draw: impl FnOnce(&mut ChaCha8Rng) -> R) -> Result<R, Error> {
    let source = state.lookup(SOURCE);
    let source: Option<Arc<Random>> = source.and_then(|source| source.downcast_object());
    let source = source.ok_or_else(|| invalid("there is nothing to draw from here"))?;
    let mut random = source.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(draw(&mut random))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// One of the items of a list, each as likely as the others.
fn choice(state: &State<'_, '_>, mut items: Vec<Value>) -> Result<Value, Error> {
    if items.is_empty() {
        return Err(invalid("`choice` needs a list with at least one item"));
    }
    let drawn = draw(state, |random| random.random_range(0..items.len()))?;
    Ok(items.swap_remove(drawn))
}

/// A whole number from `low` to `high`, both included, or any number between them if one is no whole
/// number.
fn uniform(state: &State<'_, '_>, low: &Value, high: &Value) -> Result<Value, Error> {
    let whole = |value: &Value| {
        value
            .is_integer()
            .then(|| i64::try_from(value.clone()).ok())
    };
    if let (Some(Some(low)), Some(Some(high))) = (whole(low), whole(high)) {
        if low > high {
            return Err(invalid(format!("`uniform` from {low} to {high} is empty")));
        }
        return draw(state, |random| random.random_range(low..=high).into());
    }
    let (low, high) = (number(low)?, number(high)?);
    if low > high {
        return Err(invalid(format!("`uniform` from {low} to {high} is empty")));
    }
    draw(state, |random| {
        (low + (high - low) * random.random::<f64>()).into()
    })
}

/// A number with a normal distribution, by the method of Box and Muller (1958).
fn normal(state: &State<'_, '_>, mean: &Value, deviation: &Value) -> Result<f64, Error> {
    let (mean, deviation) = (number(mean)?, number(deviation)?);
    not_negative(deviation, "the deviation of `normal`")?;
    let (radius, angle) = draw(state, |random| {
        // The argument of the logarithm is in (0, 1].
        let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
        (radius, std::f64::consts::TAU * random.random::<f64>())
    })?;
    Ok(mean + deviation * radius * angle.cos())
}

/// A number with an exponential distribution.
fn exponential(state: &State<'_, '_>, mean: &Value) -> Result<f64, Error> {
    let mean = number(mean)?;
    not_negative(mean, "the mean of `exponential`")?;
    draw(state, |random| -mean * (1.0 - random.random::<f64>()).ln())
}

/// Random letters and digits: a number of bytes, or a size such as `4KiB`.
fn text(state: &State<'_, '_>, size: Value) -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bytes = match size.kind() {
        ValueKind::String => {
            let size: Bytes = size
                .to_string()
                .parse()
                .map_err(|error: ParseError| invalid(error.to_string()))?;
            size.get()
        }
        _ => u64::try_from(size).map_err(|_| invalid("`text` needs a number of bytes"))?,
    };
    if bytes > LONGEST_TEXT.get() {
        return Err(invalid(format!("`text` makes at most {LONGEST_TEXT}")));
    }
    let mut drawn = vec![0_u8; usize::try_from(bytes).unwrap_or(0)];
    draw(state, |random| random.fill(&mut drawn[..]))?;
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    Ok(drawn.into_iter().map(letter).collect())
}

fn not_negative(number: f64, what: &str) -> Result<(), Error> {
    if number >= 0.0 {
        return Ok(());
    }
    let message = format!("{what} must not be negative, found {number:?}");
    Err(invalid(message))
}

fn number(value: &Value) -> Result<f64, Error> {
    let number = f64::try_from(value.clone()).ok();
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| invalid(format!("`{value}` is not a number")))
}
