//! A number from 0 to 100.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::json::{FromJson, Mismatch};

/// A share in percent: a number from 0 to 100.
///
/// A whole number is written without a fraction, `25` and not `25.0`.
///
/// ```
/// # use connector_interface::records::Percentage;
/// let coverage: Percentage = "87.50000".parse()?;
/// assert_eq!(coverage, Percentage::try_from(87.5)?);
/// assert!(Percentage::try_from(f64::NAN).is_err());
/// # Ok::<(), connector_interface::records::PercentageError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percentage(f64);

/// Why a number or text is not a [`Percentage`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found} is not a percentage: expected a number from 0 to 100")]
pub struct PercentageError {
    found: String,
}

impl Percentage {
    /// The number, from 0 to 100.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Percentage {
    type Error = PercentageError;

    fn try_from(number: f64) -> Result<Self, PercentageError> {
        if (0.0..=100.0).contains(&number) {
            // Adding zero takes the sign from -0.
            Ok(Self(number + 0.0))
        } else {
            Err(PercentageError { found: number.to_string() })
        }
    }
}

impl FromStr for Percentage {
    type Err = PercentageError;

    fn from_str(text: &str) -> Result<Self, PercentageError> {
        let quoted = || PercentageError { found: format!("{:?}", text.chars().take(40).collect::<String>()) };
        text.parse::<f64>().map_err(|_| quoted()).and_then(Self::try_from)
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Percentage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() != 0.0 {
            return serializer.serialize_f64(self.0);
        }
        serializer.serialize_u8(self.0 as u8)
    }
}

impl<'de> Deserialize<'de> for Percentage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

impl FromJson for Percentage {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        let number = value.as_f64().ok_or_else(|| Mismatch::expected("a number", &value))?;
        number.try_into().map_err(Mismatch::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_within_its_bounds() {
        for (number, json) in [(0.0, "0"), (-0.0, "0"), (2.17391, "2.17391"), (25.0, "25"), (100.0, "100")] {
            let percentage = Percentage::try_from(number).unwrap();
            assert_eq!(serde_json::to_string(&percentage).unwrap(), json);
        }
        for number in [-0.1, 100.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(Percentage::try_from(number).is_err(), "{number}");
        }
    }

    #[test]
    fn an_error_says_what_was_found() {
        let error = |text: &str| text.parse::<Percentage>().unwrap_err().to_string();
        assert_eq!(error("100.5"), "100.5 is not a percentage: expected a number from 0 to 100");
        assert_eq!(error("n/a"), "\"n/a\" is not a percentage: expected a number from 0 to 100");
    }
}
