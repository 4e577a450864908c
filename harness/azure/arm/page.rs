//! Reads lists that Azure returns in pages.

use azure_core::http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::client::Repeat;
use super::operation::address;
use super::{Arm, Error, Target};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    #[serde(default = "Vec::new")]
    value: Vec<T>,
    next_link: Option<String>,
}

impl Arm {
    /// Reads all pages of a list.
    pub async fn list<T: DeserializeOwned>(&self, target: &Target) -> Result<Vec<T>, Error> {
        let mut page: Page<T> = self.get(target).await?;
        let mut all = page.value;
        while let Some(next) = page.next_link.filter(|link| !link.is_empty()) {
            let url = address(&next, &self.options().endpoints)?;
            page = self
                .ask(Method::Get, url, None, Repeat::Safe)
                .await?
                .json()?;
            all.append(&mut page.value);
        }
        Ok(all)
    }
}
