//! The scalar types of the Azure settings, with the rules of Azure.

use std::fmt;
use std::str::FromStr;

use crate::azure_limits;
use crate::profile::scalar::scalar;
use crate::quantity::{ParseError, textual};

/// Whether a string is `before`, followed by 1 to 64 letters, digits and `_`.
fn sku(text: &str, before: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let rest = text.strip_prefix(before);
    rest.is_some_and(|rest| (1..=64).contains(&rest.len()) && rest.bytes().all(plain))
}

fn small(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

scalar!(
    /// The programmatic name of a region of Azure.
    Region,
    r"^[a-z][a-z0-9]{2,39}$",
    "westeurope",
    "the programmatic name of a region (lowercase letters and digits, such as `westeurope`)",
    |text| (3..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(small)
);

scalar!(
    /// The id of a subscription.
    Subscription,
    r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    "00000000-0000-0000-0000-000000000000",
    "a subscription id (such as `00000000-0000-0000-0000-000000000000`; not the name)",
    |text| {
        let parts: Vec<&str> = text.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
        lengths == [8, 4, 4, 4, 12] && parts.iter().all(digits)
    }
);

scalar!(
    /// The name of a resource group. AKS creates another group for the nodes, with `-nodes`
    /// appended to the name. Azure allows 80 characters for it. But nodes carry that name as a
    /// label, which has at most 63 characters, and the pod network breaks if it is longer.
    ResourceGroup,
    r"^[0-9A-Za-z_().-]{0,56}[0-9A-Za-z_()-]$",
    "harness-azure",
    "a resource group name (1 to 57 letters, digits, `-`, `_`, `.`, `(`, `)`, no `.` at the end, \
     because AKS also creates a group `NAME-nodes`, and its nodes carry that name as a label of at \
     most 63 characters; to delete a group with a longer name that an earlier version of the \
     harness created, run `az group delete --name NAME`)",
    |text| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.()".contains(&byte);
        (1..=57).contains(&text.len()) && !text.ends_with('.') && text.bytes().all(plain)
    }
);

scalar!(
    /// Major and minor version of Kubernetes. Azure chooses the patch release.
    KubernetesVersion,
    r"^1\.[1-9][0-9]$",
    "1.35",
    "a Kubernetes version as major and minor (such as `\"1.35\"`; Azure chooses the patch release)",
    |text| {
        let minor = text.strip_prefix("1.").unwrap_or_default();
        minor.len() == 2 && !minor.starts_with('0') && minor.bytes().all(|it| it.is_ascii_digit())
    }
);

scalar!(
    /// The name of a pool of Linux nodes. AKS reserves `aksmanagedap`.
    PoolName,
    r"^(?!aksmanagedap$)[a-z][a-z0-9]{0,11}$",
    "system",
    "a node pool name (1 to 12 lowercase letters and digits, starting with a letter; not \
     `aksmanagedap`, which AKS reserves)",
    |text| (1..=12).contains(&text.len())
        && !azure_limits::is_pool_reserved(text)
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(small)
);

scalar!(
    /// A virtual machine size.
    VmSize,
    r"^Standard_[A-Za-z0-9_]{1,64}$",
    "Standard_D2s_v5",
    "a virtual machine size (such as `Standard_D2s_v5`)",
    |text| sku(text, "Standard_")
);

scalar!(
    /// A SKU of Azure Database for MySQL (flexible server).
    MysqlSku,
    r"^Standard_[BDE][0-9][A-Za-z0-9_]{0,63}$",
    "Standard_B2s",
    "a SKU of a MySQL flexible server (`Standard_B...`, `Standard_D...` or `Standard_E...`, such as `Standard_B2s`)",
    |text| {
        let sized = |tier: &str| {
            let size = text.strip_prefix(tier);
            size.is_some_and(|size| size.starts_with(|first: char| first.is_ascii_digit()))
                && sku(text, tier)
        };
        ["Standard_B", "Standard_D", "Standard_E"].into_iter().any(sized)
    }
);

scalar!(
    /// The name of a database administrator.
    Administrator,
    r"^(?!(azure_superuser|azure_pg_admin|admin|administrator|root|guest|public)$|pg_)[a-z][a-z0-9_]{0,31}$",
    "temporal",
    "an administrator name (1 to 32 lowercase letters, digits and `_`, starting with a letter; not \
     `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, and \
     not starting with `pg_`)",
    |text| {
        (1..=32).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| small(byte) || byte == b'_')
            && !azure_limits::administrator_is_reserved(text)
    }
);

scalar!(
    /// The name of a tag. Azure reserves some prefixes, and the harness reserves `harness-`.
    TagName,
    r"^(?!([Hh][Aa][Rr][Nn][Ee][Ss][Ss]-|[Mm][Ii][Cc][Rr][Oo][Ss][Oo][Ff][Tt]|[Aa][Zz][Uu][Rr][Ee]|[Ww][Ii][Nn][Dd][Oo][Ww][Ss]))[^<>%&\\?/\x00-\x1f\x7f-\x9f]{1,512}$",
    "team",
    "a tag name (1 to 512 characters, none of `<>%&\\?/`; not starting with `harness-`, which the \
     harness reserves, or with `microsoft`, `azure` or `windows`, which Azure reserves)",
    |text| {
        let lower = text.to_ascii_lowercase();
        let kept = ["harness-", "microsoft", "azure", "windows"];
        (1..=azure_limits::TAG_NAME).contains(&text.chars().count())
            && !text.contains(azure_limits::is_reserved_in_tags)
            && !kept.iter().any(|start| lower.starts_with(start))
    }
);

scalar!(
    /// The value of a tag.
    TagValue,
    r"^[^\x00-\x1f\x7f-\x9f]{0,256}$",
    "orders",
    "a tag value (at most 256 characters)",
    |text| text.chars().count() <= azure_limits::TAG_VALUE && !text.contains(char::is_control)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_group_has_at_most_57_characters_and_the_error_tells_how_to_delete_longer_ones() {
        let group = |length: usize| "g".repeat(length).parse::<ResourceGroup>();
        assert!(group(57).is_ok());
        let error = group(58).expect_err("it is too long").to_string();
        assert!(error.contains("`az group delete --name NAME`"), "{error}");
    }
}
