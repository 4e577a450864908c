//! Azure's Retail Prices API, which needs no account: asks it for the price of each meter.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url};

use super::price::query::{self, Item, Page};
use super::price::{Entry, Meter};

/// Where the API is.
pub const BASE: &str = "https://prices.azure.com/api/retail/prices";

/// How long a connection may take, and how long a whole answer.
const CONNECT: Duration = Duration::from_secs(15);
const ANSWER: Duration = Duration::from_mins(1);
/// How often a question is asked that is answered by "later".
const ATTEMPTS: u32 = 6;
/// The most that is waited between two of them.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The most pages of one answer: all prices of a service in a region are less than half of it.
const PAGES: usize = 200;

/// Why prices could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none that can be trusted.
    #[error(
        "`{url}` is neither HTTPS nor on this machine: what it says of prices is anybody's word"
    )]
    Unsafe {
        /// The address.
        url: String,
    },
    /// No answer, or one that is no list of prices.
    #[error("failed to ask {url} for prices")]
    Ask {
        /// The address.
        url: String,
        /// The cause.
        #[source]
        source: reqwest::Error,
    },
    /// It went on answering "later".
    #[error("{url} has answered {status} {ATTEMPTS} times")]
    Busy {
        /// The address.
        url: String,
        /// What it answers.
        status: StatusCode,
    },
    /// It answers what is no list of prices.
    #[error("what {url} answers is no page of prices")]
    Page {
        /// The address.
        url: String,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// The next page is somewhere else, or there is no end of them.
    #[error("{url} names a next page that is not to be followed: {next}")]
    Astray {
        /// The address.
        url: String,
        /// Where it leads.
        next: String,
    },
}

/// The API.
#[derive(Debug)]
pub struct Retail {
    client: Client,
    base: Url,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The prices that are known.
    pub entries: Vec<Entry>,
    /// The meters that have no price there, or none that is surely theirs.
    pub unknown: Vec<Meter>,
}

impl Retail {
    /// The API at an address.
    pub fn at(base: &str) -> Result<Self, Error> {
        let unsafe_base = || Error::Unsafe {
            url: base.to_owned(),
        };
        if !base::http::is_safe(base) {
            return Err(unsafe_base());
        }
        let client = base::http::careful(base)
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client with a provider of cryptography always builds");
        let base = Url::parse(base).map_err(|_| unsafe_base())?;
        Ok(Self { client, base })
    }

    /// The prices of meters in a region, as of `today`.
    pub async fn fetch(
        &self,
        meters: &[Meter],
        region: &str,
        today: jiff::civil::Date,
    ) -> Result<Fetched, Error> {
        let mut fetched = Fetched {
            entries: Vec::new(),
            unknown: Vec::new(),
        };
        let mut answers: Vec<(String, Vec<Item>)> = Vec::new();
        for meter in meters {
            let filter = query::filter(meter, region);
            let known = answers.iter().position(|(asked, _)| *asked == filter);
            let index = if let Some(index) = known {
                index
            } else {
                let items = self.items(&filter).await?;
                answers.push((filter, items));
                answers.len() - 1
            };
            match query::pick(meter, region, &answers[index].1, today) {
                Some((price, unit)) => fetched.entries.push(Entry {
                    meter: meter.to_string(),
                    region: Some(region.to_owned()),
                    unit,
                    price,
                    date: today,
                    source: format!("Azure Retail Prices API, {}", self.host()),
                }),
                None => fetched.unknown.push(meter.clone()),
            }
        }
        Ok(fetched)
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// All that a filter lets in, page by page.
    async fn items(&self, filter: &str) -> Result<Vec<Item>, Error> {
        let mut url = self.base.clone();
        url.set_query(Some(&query::query(filter)));
        let mut items = Vec::new();
        for _ in 0..PAGES {
            let page = self.page(url.clone()).await?;
            items.extend(page.items);
            let Some(next) = page.next_page_link.filter(|next| !next.is_empty()) else {
                return Ok(items);
            };
            url = self.follow(&next)?;
        }
        Err(self.astray(url.as_str()))
    }

    /// Another page of the same API, and nothing else.
    fn follow(&self, next: &str) -> Result<Url, Error> {
        let url = Url::parse(next).ok();
        let same = |url: &Url| url.origin() == self.base.origin() && url.path() == self.base.path();
        url.filter(same).ok_or_else(|| self.astray(next))
    }

    fn astray(&self, next: &str) -> Error {
        Error::Astray {
            url: self.base.to_string(),
            next: next.to_owned(),
        }
    }

    async fn page(&self, url: Url) -> Result<Page, Error> {
        let failed = |source: reqwest::Error| Error::Ask {
            url: self.base.to_string(),
            source: source.without_url(),
        };
        let mut attempt = 1;
        loop {
            let response = self.client.get(url.clone()).send().await.map_err(failed)?;
            let status = response.status();
            if !is_later(status) {
                let whole = response.error_for_status().map_err(failed)?;
                let body = whole.bytes().await.map_err(failed)?;
                return serde_json::from_slice(&body).map_err(|source| Error::Page {
                    url: self.base.to_string(),
                    source,
                });
            }
            if attempt == ATTEMPTS {
                return Err(Error::Busy {
                    url: self.base.to_string(),
                    status,
                });
            }
            tokio::time::sleep(pause(retry_after(&response), attempt)).await;
            attempt += 1;
        }
    }
}

/// Whether an answer asks for patience.
fn is_later(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

/// How many seconds an answer asks for.
fn retry_after(response: &Response) -> Option<u64> {
    let header = response.headers().get(reqwest::header::RETRY_AFTER)?;
    header.to_str().ok()?.trim().parse().ok()
}

/// How long to wait after the given attempt, the first being 1.
fn pause(retry_after: Option<u64>, attempt: u32) -> Duration {
    let seconds = retry_after.unwrap_or_else(|| 1 << (attempt - 1));
    Duration::from_secs(seconds).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
