//! Loads a profile: the requested document, the documents that it extends, and the `--set`
//! assignments.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::built_in::BUILT_IN;
use super::layer::{Layer, Layers};
use super::{Error, Name, Profile, azure, check, resolve};
use crate::document::{self, Origin};

/// The profile to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub source: Source,
    /// Assignments `a.b=value`, applied in this order. Values are YAML.
    pub sets: Vec<String>,
}

/// The location of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The file `NAME.yaml` in a folder, else the built-in profile of this name.
    Named { folder: Utf8PathBuf, name: String },
    /// This file. The profiles that it extends are in the same folder, or built in.
    File(Utf8PathBuf),
}

impl Source {
    /// The folder in which names are looked up.
    fn folder(&self) -> &Utf8Path {
        match self {
            Self::Named { folder, .. } => folder,
            Self::File(path) => path.parent().unwrap_or(Utf8Path::new("")),
        }
    }
}

/// How files are read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<R, L> {
    /// Reads a file: `Fn(&Utf8Path) -> io::Result<String>`.
    pub read: R,
    /// Lists the file names in a folder, for suggestions: `Fn(&Utf8Path) -> Vec<String>`.
    pub list: L,
}

/// Loads and resolves a profile.
///
/// # Errors
/// The profile does not exist, cannot be read, is invalid, or lacks a required value.
pub fn load<R, L>(request: &Request, reader: &Reader<R, L>) -> Result<Profile, Error>
where
    R: Fn(&Utf8Path) -> io::Result<String>,
    L: Fn(&Utf8Path) -> Vec<String>,
{
    read(request, reader)?.resolve()
}

/// A profile with all its layers, parsed but not resolved.
#[derive(Debug)]
pub struct Unresolved(Layers);

/// Reads and parses all layers of a profile.
///
/// # Errors
/// The profile does not exist, cannot be read, or is invalid. Missing values are not checked.
pub fn read<R, L>(request: &Request, reader: &Reader<R, L>) -> Result<Unresolved, Error>
where
    R: Fn(&Utf8Path) -> io::Result<String>,
    L: Fn(&Utf8Path) -> Vec<String>,
{
    Ok(Unresolved(reader.layers(request)?))
}

impl Unresolved {
    /// Merges the layers and fills in defaults.
    ///
    /// # Errors
    /// A required value is missing, or values contradict each other.
    pub fn resolve(&self) -> Result<Profile, Error> {
        Ok(resolve::resolve(&self.0)?)
    }

    /// Warnings about values that are valid but probably not intended, each with its position.
    #[must_use]
    pub fn warnings(&self) -> Vec<document::Error> {
        azure::warnings(&self.0)
    }

    pub(super) fn layers(&self) -> &Layers {
        &self.0
    }

    /// The origin of the requested document.
    pub fn origin(&self) -> &Origin {
        let first = self.origins().next();
        first.expect("the requested profile is a document")
    }

    /// The purpose of the profile, in one sentence.
    pub fn description(&self) -> Option<&str> {
        self.0.leaf.written.description.as_deref()
    }

    /// The origins of the documents: the requested one, then those that it extends.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.0.documents().filter_map(Layer::origin)
    }
}

impl<R, L> Reader<R, L>
where
    R: Fn(&Utf8Path) -> io::Result<String>,
    L: Fn(&Utf8Path) -> Vec<String>,
{
    /// Reads all layers.
    fn layers(&self, request: &Request) -> Result<Layers, Error> {
        let leaf = self.leaf(&request.source)?;
        let sets = request.sets.iter();
        Ok(Layers {
            extended: self.extended(request.source.folder(), &leaf)?,
            leaf,
            sets: sets
                .map(|argument| {
                    let layer = Layer::of_set(argument)?;
                    check::set(&layer)?;
                    Ok::<_, document::Error>(layer)
                })
                .collect::<Result<_, _>>()?,
        })
    }

    /// Reads the requested document.
    fn leaf(&self, source: &Source) -> Result<Layer, Error> {
        match source {
            Source::File(path) => self.file(path)?.ok_or_else(|| Error::Read {
                path: path.clone(),
                source: io::Error::new(io::ErrorKind::NotFound, "the file does not exist"),
            }),
            Source::Named { folder, name } => {
                // A valid name cannot point outside the folder.
                let layer = match name.parse::<Name>() {
                    Ok(name) => self.named(folder, &name)?,
                    Err(_) => None,
                };
                layer.ok_or_else(|| Error::Find {
                    name: name.clone(),
                    folder: folder.clone(),
                    suggestion: self.suggestion(folder, name, &[]),
                })
            }
        }
    }

    /// Reads the profile of a name: the file in the folder, else the built-in one. `None` if there
    /// is neither.
    fn named(&self, folder: &Utf8Path, name: &Name) -> Result<Option<Layer>, Error> {
        match self.file(&file_of(folder, name))? {
            Some(layer) => Ok(Some(layer)),
            None => built_in(name),
        }
    }

    /// Reads one file. `None` if it does not exist.
    fn file(&self, path: &Utf8Path) -> Result<Option<Layer>, Error> {
        match (self.read)(path) {
            Ok(text) => document(Origin::File(path.to_owned()), text).map(Some),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads the documents that `leaf` extends, the direct one first. A file that extends a profile
    /// of its own name extends the built-in one.
    fn extended(&self, folder: &Utf8Path, leaf: &Layer) -> Result<Vec<Layer>, Error> {
        let mut seen: Vec<Origin> = leaf.origin().cloned().into_iter().collect();
        let mut layers: Vec<Layer> = Vec::new();
        loop {
            let last = layers.last().unwrap_or(leaf);
            let Some(extends) = &last.written.extends else {
                return Ok(layers);
            };
            let name = &extends.value;
            let own = Origin::File(file_of(folder, name));
            let of_itself = if last.origin() == Some(&own) {
                built_in(name)?
            } else {
                None
            };
            let found = match of_itself {
                Some(layer) => Some(layer),
                None => self.named(folder, name)?,
            };
            let Some(layer) = found else {
                let suggestion = self.suggestion(folder, name.as_str(), &seen);
                let message = format!("there is no profile `{name}` here{suggestion}");
                return Err(last.error_at(extends, message).into());
            };
            let origin = layer.origin().cloned();
            if let Some(first) = seen.iter().position(|seen| Some(seen) == origin.as_ref()) {
                return Err(last.error_at(extends, cycle(&seen[first..])).into());
            }
            seen.extend(origin);
            layers.push(layer);
        }
    }

    /// The profile in the folder or in the program that is most similar to `name`, or all profiles,
    /// without those in `except`. It is the end of an error message.
    fn suggestion(&self, folder: &Utf8Path, name: &str, except: &[Origin]) -> String {
        let files = (self.list)(if folder == "" {
            Utf8Path::new(".")
        } else {
            folder
        });
        let files = files.iter().filter_map(|file| file.strip_suffix(".yaml"));
        let built_in = BUILT_IN.names().map(|name| -> &str { name });
        let mut names: Vec<&str> = files.chain(built_in).collect();
        names.retain(|name| !except.iter().any(|seen| seen.stem() == Some(name)));
        names.sort_unstable();
        names.dedup();
        document::suggestion(name, &names)
    }
}

/// The file of a profile.
fn file_of(folder: &Utf8Path, name: &Name) -> Utf8PathBuf {
    folder.join(format!("{name}.yaml"))
}

/// The built-in profile of a name.
fn built_in(name: &Name) -> Result<Option<Layer>, Error> {
    let found = BUILT_IN.find(name.as_str());
    found
        .map(|(name, text)| document(Origin::BuiltIn(name), text.to_owned()))
        .transpose()
}

/// Parses and checks a document.
fn document(origin: Origin, text: String) -> Result<Layer, Error> {
    let layer = Layer::of_document(origin, text)?;
    check::file(&layer)?;
    Ok(layer)
}

fn cycle(origins: &[Origin]) -> String {
    let names: Vec<&str> = origins
        .iter()
        .chain(origins.first())
        .filter_map(Origin::stem)
        .collect();
    format!(
        "profiles extend each other in a cycle: {}",
        names.join(" → ")
    )
}
