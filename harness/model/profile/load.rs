//! Loads a profile: the requested file, the files that it extends, and the `--set` assignments.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::layer::{Layer, Layers};
use super::{Error, Name, Profile, azure, check, resolve};
use crate::document;

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
    /// The file `NAME.yaml` in a folder.
    Named { folder: Utf8PathBuf, name: String },
    /// This file. The profiles that it extends are in the same folder.
    File(Utf8PathBuf),
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
}

impl<R, L> Reader<R, L>
where
    R: Fn(&Utf8Path) -> io::Result<String>,
    L: Fn(&Utf8Path) -> Vec<String>,
{
    /// Reads all layers.
    fn layers(&self, request: &Request) -> Result<Layers, Error> {
        let (path, leaf) = self.leaf(&request.source)?;
        let sets = request.sets.iter();
        Ok(Layers {
            extended: self.extended(&path, &leaf)?,
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

    /// Reads the requested file.
    fn leaf(&self, source: &Source) -> Result<(Utf8PathBuf, Layer), Error> {
        match source {
            Source::File(path) => match self.layer(path)? {
                Some(layer) => Ok((path.clone(), layer)),
                None => Err(Error::Read {
                    path: path.clone(),
                    source: io::Error::new(io::ErrorKind::NotFound, "the file does not exist"),
                }),
            },
            Source::Named { folder, name } => {
                let path = folder.join(format!("{name}.yaml"));
                // A valid name cannot point outside the folder.
                let layer = match name.parse::<Name>() {
                    Ok(_) => self.layer(&path)?,
                    Err(_) => None,
                };
                match layer {
                    Some(layer) => Ok((path, layer)),
                    None => Err(Error::Find {
                        name: name.clone(),
                        folder: folder.clone(),
                        suggestion: self.suggestion(folder, name, &[]),
                    }),
                }
            }
        }
    }

    /// Reads one file. `None` if it does not exist.
    fn layer(&self, path: &Utf8Path) -> Result<Option<Layer>, Error> {
        match (self.read)(path) {
            Ok(text) => {
                let layer = Layer::of_file(path, text)?;
                check::file(&layer)?;
                Ok(Some(layer))
            }
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads the files that `leaf` extends, the direct one first.
    fn extended(&self, path: &Utf8Path, leaf: &Layer) -> Result<Vec<Layer>, Error> {
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        let mut seen = vec![path.to_owned()];
        let mut layers: Vec<Layer> = Vec::new();
        loop {
            let last = layers.last().unwrap_or(leaf);
            let Some(extends) = &last.written.extends else {
                return Ok(layers);
            };
            let path = folder.join(format!("{}.yaml", extends.value));
            if let Some(first) = seen.iter().position(|earlier| *earlier == path) {
                return Err(last.error_at(extends, cycle(&seen[first..])).into());
            }
            let Some(layer) = self.layer(&path)? else {
                let suggestion = self.suggestion(folder, extends.value.as_str(), &seen);
                let message = format!("there is no profile `{}` here{suggestion}", extends.value);
                return Err(last.error_at(extends, message).into());
            };
            layers.push(layer);
            seen.push(path);
        }
    }

    /// The profile in the folder that is most similar to `name`, or all profiles, without those in
    /// `except`. It is the end of an error message.
    fn suggestion(&self, folder: &Utf8Path, name: &str, except: &[Utf8PathBuf]) -> String {
        let files = (self.list)(if folder == "" {
            Utf8Path::new(".")
        } else {
            folder
        });
        let mut names: Vec<&str> = files
            .iter()
            .filter(|file| !except.contains(&folder.join(file)))
            .filter_map(|file| file.strip_suffix(".yaml"))
            .collect();
        names.sort_unstable();
        document::suggestion(name, &names)
    }
}

fn cycle(paths: &[Utf8PathBuf]) -> String {
    let names: Vec<&str> = paths
        .iter()
        .chain(paths.first())
        .filter_map(|path| path.file_stem())
        .collect();
    format!(
        "profiles extend each other in a cycle: {}",
        names.join(" → ")
    )
}
