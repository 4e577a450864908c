//! The words of a place in Azure, by Azure's rules for them.

use std::fmt;
use std::str::FromStr;

use crate::azure_limits;
use crate::profile::word::word;
use crate::quantity::{ParseError, textual};

/// Whether a text is `before`, then letters, digits and `_`.
fn sku(text: &str, before: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let rest = text.strip_prefix(before);
    rest.is_some_and(|rest| (1..=64).contains(&rest.len()) && rest.bytes().all(plain))
}

fn small(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

word!(
    /// A region of Azure.
    Region,
    r"^[a-z][a-z0-9]{2,39}$",
    "westeurope",
    "a region by its programmatic name (lowercase letters and digits, such as `westeurope`)",
    |text| (3..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(small)
);

word!(
    /// The id of a subscription.
    Subscription,
    r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    "00000000-0000-0000-0000-000000000000",
    "the id of a subscription (such as `00000000-0000-0000-0000-000000000000`, not its name)",
    |text| {
        let parts: Vec<&str> = text.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
        lengths == [8, 4, 4, 4, 12] && parts.iter().all(digits)
    }
);

word!(
    /// The name of a resource group. AKS makes another for the nodes, called the same with `-nodes`
    /// after it. Azure takes 80 characters for that; but nodes carry it as a label of 63, and where
    /// it is longer, the network of the pods breaks.
    ResourceGroup,
    r"^[0-9A-Za-z_().-]{0,56}[0-9A-Za-z_()-]$",
    "harness-azure",
    "the name of a resource group (at most 57 letters, digits, `-`, `_`, `.`, `(`, `)`, no `.` at the \
     end: AKS makes a group `NAME-nodes` besides, whose name its nodes carry as a label of 63; \
     what an earlier harness made in a longer one goes by `az group delete --name NAME`)",
    |text| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.()".contains(&byte);
        (1..=57).contains(&text.len()) && !text.ends_with('.') && text.bytes().all(plain)
    }
);

word!(
    /// A version of Kubernetes, of which Azure chooses the patch release.
    KubernetesVersion,
    r"^1\.[1-9][0-9]$",
    "1.35",
    "a version of Kubernetes by major and minor (such as `\"1.35\"`; the patch release is Azure's choice)",
    |text| {
        let minor = text.strip_prefix("1.").unwrap_or_default();
        minor.len() == 2 && !minor.starts_with('0') && minor.bytes().all(|it| it.is_ascii_digit())
    }
);

word!(
    /// The name of a pool of Linux nodes. AKS has `aksmanagedap` for pools of its own.
    PoolName,
    r"^(?!aksmanagedap$)[a-z][a-z0-9]{0,11}$",
    "system",
    "the name of a node pool (lowercase letters and digits, at most 12, a letter in front; not \
     `aksmanagedap`, which is Azure's own)",
    |text| (1..=12).contains(&text.len())
        && !azure_limits::is_pool_reserved(text)
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(small)
);

word!(
    /// A size of virtual machine.
    VmSize,
    r"^Standard_[A-Za-z0-9_]{1,64}$",
    "Standard_D2s_v5",
    "a size of virtual machine (such as `Standard_D2s_v5`)",
    |text| sku(text, "Standard_")
);

word!(
    /// A SKU of Azure Database for MySQL, flexible server.
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

word!(
    /// The name of a database's administrator.
    Administrator,
    r"^(?!(azure_superuser|azure_pg_admin|admin|administrator|root|guest|public)$|pg_)[a-z][a-z0-9_]{0,31}$",
    "temporal",
    "the name of an administrator (lowercase letters, digits and `_`, at most 32, a letter in front; \
     not `admin`, `administrator`, `azure_pg_admin`, `azure_superuser`, `guest`, `public` or `root`, \
     and not beginning with `pg_`)",
    |text| {
        (1..=32).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| small(byte) || byte == b'_')
            && !azure_limits::administrator_is_reserved(text)
    }
);

word!(
    /// The name of a tag. Azure keeps some beginnings for itself, and the harness `harness-`.
    TagName,
    r"^(?!([Hh][Aa][Rr][Nn][Ee][Ss][Ss]-|[Mm][Ii][Cc][Rr][Oo][Ss][Oo][Ff][Tt]|[Aa][Zz][Uu][Rr][Ee]|[Ww][Ii][Nn][Dd][Oo][Ww][Ss]))[^<>%&\\?/\x00-\x1f\x7f-\x9f]{1,512}$",
    "team",
    "the name of a tag (1 to 512 characters and none of `<>%&\\?/`, not beginning with `harness-`, \
     which is the harness's own, or with `microsoft`, `azure` or `windows`, which are Azure's)",
    |text| {
        let lower = text.to_ascii_lowercase();
        let kept = ["harness-", "microsoft", "azure", "windows"];
        (1..=azure_limits::TAG_NAME).contains(&text.chars().count())
            && !text.contains(azure_limits::is_reserved_in_tags)
            && !kept.iter().any(|start| lower.starts_with(start))
    }
);

word!(
    /// The value of a tag.
    TagValue,
    r"^[^\x00-\x1f\x7f-\x9f]{0,256}$",
    "orders",
    "the value of a tag (at most 256 characters)",
    |text| text.chars().count() <= azure_limits::TAG_VALUE && !text.contains(char::is_control)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_group_has_57_characters_and_one_of_58_is_told_how_it_goes() {
        let group = |length: usize| "g".repeat(length).parse::<ResourceGroup>();
        assert!(group(57).is_ok());
        let error = group(58).expect_err("it is too long").to_string();
        assert!(error.contains("`az group delete --name NAME`"), "{error}");
    }
}
