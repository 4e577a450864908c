//! Reserved words and lengths of names.

/// Words that a name must not contain. Microsoft's page lists them for every resource with its own
/// public address. A user reported that Azure also rejects `XBOX` inside a name
/// (<https://github.com/MicrosoftDocs/azure-docs/issues/104539>).
const ANYWHERE: [&str; 3] = ["microsoft", "windows", "xbox"];

/// Words that a name must not start with.
const IN_FRONT: [&str; 1] = ["login"];

/// Words that must not be the whole name
/// (<https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-reserved-resource-name>).
/// Azure rejects them only as the whole name (<https://github.com/Azure/azure-dev/issues/7745>).
const WHOLE: [&str; 38] = [
    "access",
    "app_code",
    "app_themes",
    "app_data",
    "app_globalresources",
    "app_localresources",
    "app_webreferences",
    "app_browsers",
    "azure",
    "bing",
    "bizspark",
    "biztalk",
    "cortana",
    "directx",
    "dotnet",
    "dynamics",
    "excel",
    "exchange",
    "forefront",
    "groove",
    "hololens",
    "hyperv",
    "kinect",
    "lync",
    "msdn",
    "o365",
    "office",
    "office365",
    "onedrive",
    "onenote",
    "outlook",
    "powerpoint",
    "sharepoint",
    "skype",
    "visio",
    "visualstudio",
    "web.config",
    "xbox",
];

/// The reserved word in a name, if it has one.
pub fn reserved_word(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let anywhere = ANYWHERE.into_iter().filter(|word| name.contains(word));
    let in_front = IN_FRONT.into_iter().filter(|word| name.starts_with(word));
    let whole = WHOLE.into_iter().filter(|word| name == **word);
    anywhere.chain(in_front).chain(whole).next()
}

/// The maximum length of the name of the resource group that AKS creates for nodes
/// (<https://github.com/rancher/dashboard/issues/8980>).
pub const NODE_GROUP: usize = 80;

/// The maximum length of that name as a label of the nodes. AKS cuts a longer name, and then the
/// pod network breaks without an error
/// (<https://github.com/Azure/bicep-registry-modules/issues/5109>).
pub const NODE_GROUP_LABEL: usize = 63;

/// Whether AKS reserves a name for its own node pools
/// (<https://github.com/Azure/AKS/blob/master/CHANGELOG.md>, release 2025-04-27).
pub fn is_pool_reserved(name: &str) -> bool {
    name.eq_ignore_ascii_case("aksmanagedap")
}

/// Whether a string can be the DNS prefix of a cluster: 1 to 54 letters, digits and `-`, no `-` at
/// the start or end
/// (<https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/aks-common-issues-faq>).
pub fn dns_prefix_fits(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=54).contains(&text.len())
        && text.bytes().all(plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Administrator names that Azure Database for MySQL rejects
/// (<https://learn.microsoft.com/azure/mysql/flexible-server/how-to-troubleshoot-cli-errors>, code
/// `BlockedUserName`).
pub const ADMINISTRATORS: [&str; 7] = [
    "azure_superuser",
    "azure_pg_admin",
    "admin",
    "administrator",
    "root",
    "guest",
    "public",
];

/// Whether Azure rejects an administrator name: one of [`ADMINISTRATORS`], or a name that starts
/// with `pg_` (the same page).
pub fn administrator_is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ADMINISTRATORS.contains(&name.as_str()) || name.starts_with("pg_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_of_reserved_words_applies_only_to_its_part_of_a_name() {
        for (name, word) in [
            ("my-microsoft-aks", Some("microsoft")),
            ("WINDOWS-1", Some("windows")),
            ("ourxbox", Some("xbox")),
            ("login-aks", Some("login")),
            ("Azure", Some("azure")),
            ("office365", Some("office365")),
            ("web.config", Some("web.config")),
            // These words are reserved only in other parts of a name.
            ("my-login", None),
            ("azure-aks", None),
            ("bing-1bff1d2026", None),
            ("office", Some("office")),
            ("back-office", None),
            ("temporal", None),
        ] {
            assert_eq!(reserved_word(name), word, "{name}");
        }
    }

    #[test]
    fn reserved_administrator_names_are_recognised() {
        for name in ["admin", "azure_pg_admin", "Root", "pg_temporal"] {
            assert!(administrator_is_reserved(name), "{name}");
        }
        for name in ["temporal", "pgadmin", "administrators"] {
            assert!(!administrator_is_reserved(name), "{name}");
        }
    }
}
