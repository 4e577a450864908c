//! Fetches the prices of meters from Azure's Retail Prices API, which needs no account.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url};

use super::price::query::{self, Item, Page};
use super::price::{Entry, Meter};

/// The address of the API.
pub const BASE: &str = "https://prices.azure.com/api/retail/prices";

/// The timeouts of a connection, and of a whole answer.
const CONNECT: Duration = Duration::from_secs(15);
const ANSWER: Duration = Duration::from_mins(1);
/// The number of attempts while the API is busy.
const ATTEMPTS: u32 = 6;
/// The longest wait between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The most pages of one answer. All prices of a service in a region need fewer than half of them.
const PAGES: usize = 200;

/// Why prices could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be trusted: anybody could answer.
    #[error(
        "refusing prices from `{url}`: it is neither HTTPS nor on this machine, so anybody could answer"
    )]
    Unsafe { url: String },
    /// No answer, or an error status.
    #[error("could not fetch prices from {url}")]
    Fetch {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    /// The API was busy at every attempt.
    #[error("{url} answered {status} {ATTEMPTS} times")]
    Busy {
        url: String,
        /// The last status.
        status: StatusCode,
    },
    /// The answer cannot be parsed.
    #[error("could not read the page of prices from {url}")]
    Page {
        url: String,
        #[source]
        source: serde_json::Error,
    },
    /// The next page is at another address, or there are too many pages.
    #[error("refusing to follow the next page that {url} names: {next}")]
    InvalidNextPage {
        url: String,
        /// The address of the next page.
        next: String,
    },
}

/// A client of the API.
#[derive(Debug)]
pub struct Retail {
    client: Client,
    base: Url,
}

/// The result of a fetch.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The prices that were found.
    pub entries: Vec<Entry>,
    /// The meters without a price, or without an unambiguous one.
    pub unknown: Vec<Meter>,
}

impl Retail {
    /// A client of the API at an address.
    pub fn at(base: &str) -> Result<Self, Error> {
        let unsafe_base = || Error::Unsafe {
            url: base.to_owned(),
        };
        if !base::http::is_authenticated(base) {
            return Err(unsafe_base());
        }
        let client = base::http::builder_for(base)
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("the client has a crypto provider, so it builds");
        let base = Url::parse(base).map_err(|_| unsafe_base())?;
        Ok(Self { client, base })
    }

    /// Fetches the prices of meters in a region that are valid on `today`.
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

    /// All items that match a filter, from all pages.
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
        Err(self.invalid_next_page(url.as_str()))
    }

    /// The URL of a next page. It must be one of the same API.
    fn follow(&self, next: &str) -> Result<Url, Error> {
        let url = Url::parse(next).ok();
        let same = |url: &Url| url.origin() == self.base.origin() && url.path() == self.base.path();
        url.filter(same).ok_or_else(|| self.invalid_next_page(next))
    }

    fn invalid_next_page(&self, next: &str) -> Error {
        Error::InvalidNextPage {
            url: self.base.to_string(),
            next: next.to_owned(),
        }
    }

    async fn page(&self, url: Url) -> Result<Page, Error> {
        let failed = |source: reqwest::Error| Error::Fetch {
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

/// Whether an answer asks to try again later.
fn is_later(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

/// The wait in seconds that an answer asks for.
fn retry_after(response: &Response) -> Option<u64> {
    let header = response.headers().get(reqwest::header::RETRY_AFTER)?;
    header.to_str().ok()?.trim().parse().ok()
}

/// The wait after an attempt. Attempts are counted from 1.
fn pause(retry_after: Option<u64>, attempt: u32) -> Duration {
    let seconds = retry_after.unwrap_or_else(|| 1 << (attempt - 1));
    Duration::from_secs(seconds).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
