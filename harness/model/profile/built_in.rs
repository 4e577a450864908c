//! The profiles that are part of the program: the files of the folder `profiles`.

use crate::document::BuiltIn;

/// The built-in profiles.
pub const BUILT_IN: BuiltIn = BuiltIn::new(&[
    ("azure", include_str!("../../../profiles/azure.yaml")),
    (
        "azure-seed",
        include_str!("../../../profiles/azure-seed.yaml"),
    ),
    ("base", include_str!("../../../profiles/base.yaml")),
    ("existing", include_str!("../../../profiles/existing.yaml")),
    ("k3d", include_str!("../../../profiles/k3d.yaml")),
    ("local", include_str!("../../../profiles/local.yaml")),
    ("server", include_str!("../../../profiles/server.yaml")),
]);
