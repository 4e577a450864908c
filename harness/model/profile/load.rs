//! From what was asked for to a profile: the file, what it extends, what `--set` adds.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::layer::{Layer, Layers};
use super::{Error, Name, Profile, azure, check, resolve};
use crate::document;

/// A profile that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where it stands.
    pub source: Source,
    /// Assignments `a.b=value` laid over it one after another; values are YAML.
    pub sets: Vec<String>,
}

/// Where a profile stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// By its name: `NAME.yaml` in a folder.
    Named {
        /// The folder.
        folder: Utf8PathBuf,
        /// The file's name without `.yaml`.
        name: String,
    },
    /// In this file. What it extends stands in the same folder.
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
/// A profile that is not there, cannot be read, does not say what it should, or leaves something
/// unsaid.
pub fn load<R, L>(request: &Request, reader: &Reader<R, L>) -> Result<Profile, Error>
where
    R: Fn(&Utf8Path) -> io::Result<String>,
    L: Fn(&Utf8Path) -> Vec<String>,
{
    read(request, reader)?.resolve()
}

/// A profile as it is written, with all that it is made of.
#[derive(Debug)]
pub struct Written(Layers);

/// Reads all that a profile is made of.
///
/// # Errors
/// As [`load`], but for what is left unsaid.
pub fn read<R, L>(request: &Request, reader: &Reader<R, L>) -> Result<Written, Error>
where
    R: Fn(&Utf8Path) -> io::Result<String>,
    L: Fn(&Utf8Path) -> Vec<String>,
{
    Ok(Written(reader.layers(request)?))
}

impl Written {
    /// Resolves what is written.
    ///
    /// # Errors
    /// A profile that leaves something unsaid, or whose values do not go together.
    pub fn resolve(&self) -> Result<Profile, Error> {
        Ok(resolve::resolve(&self.0)?)
    }

    /// What it may say and probably does not mean, each at its place.
    #[must_use]
    pub fn doubts(&self) -> Vec<document::Error> {
        azure::doubts(&self.0)
    }
}

impl<R, L> Reader<R, L>
where
    R: Fn(&Utf8Path) -> io::Result<String>,
    L: Fn(&Utf8Path) -> Vec<String>,
{
    /// Reads all that the profile is made of.
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

    /// Reads the file that was asked for.
    fn leaf(&self, source: &Source) -> Result<(Utf8PathBuf, Layer), Error> {
        match source {
            Source::File(path) => match self.layer(path)? {
                Some(layer) => Ok((path.clone(), layer)),
                None => Err(Error::Read {
                    path: path.clone(),
                    source: io::ErrorKind::NotFound.into(),
                }),
            },
            Source::Named { folder, name } => {
                let path = folder.join(format!("{name}.yaml"));
                // A name never leads out of its folder.
                let layer = match name.parse::<Name>() {
                    Ok(_) => self.layer(&path)?,
                    Err(_) => None,
                };
                match layer {
                    Some(layer) => Ok((path, layer)),
                    None => Err(Error::Find {
                        name: name.clone(),
                        folder: folder.clone(),
                        instead: self.instead(folder, name, &[]),
                    }),
                }
            }
        }
    }

    /// Reads one file; `None` if there is none.
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

    /// Reads the files that `leaf` extends, the nearest first.
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
                return Err(last.error_at(extends, circle(&seen[first..])).into());
            }
            let Some(layer) = self.layer(&path)? else {
                let instead = self.instead(folder, extends.value.as_str(), &seen);
                let message = format!("there is no profile `{}` here{instead}", extends.value);
                return Err(last.error_at(extends, message).into());
            };
            layers.push(layer);
            seen.push(path);
        }
    }

    /// What may have been meant by `name`: a profile of the folder, other than those in `except`.
    fn instead(&self, folder: &Utf8Path, name: &str, except: &[Utf8PathBuf]) -> String {
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
        document::instead(name, &names)
    }
}

fn circle(paths: &[Utf8PathBuf]) -> String {
    let names: Vec<&str> = paths
        .iter()
        .chain(paths.first())
        .filter_map(|path| path.file_stem())
        .collect();
    format!(
        "profiles extend each other in a circle: {}",
        names.join(" → ")
    )
}
