//! Which port a service listens on.
//!
//! Two checkouts or two profiles must not collide, and each must find the same ports again
//! tomorrow. So the wanted port is a function of folder, profile, replica and port name. If another
//! program uses it, the next free port is taken, and the output shows both. A port that the profile
//! pins is used or is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

use backend::state::Directory;
use base::hint::Hint;
use model::topology::Port;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Below the ephemeral ranges of Linux (32768) and macOS (49152), so that no outgoing connection
/// takes such a port by chance.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// How many ports are tried after the wanted one.
const STEPS: u16 = 200;

/// The ports that this command has chosen. A program binds its port some time after the choice, and
/// until then another command would find the port free. So the command claims it: it binds the UDP
/// port of the same number, which no service uses, until it ends. The kernel releases the claim
/// then, however the command ends.
static CLAIMS: Mutex<BTreeMap<u16, UdpSocket>> = Mutex::new(BTreeMap::new());

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The profile pins a port that another program uses.
    #[error("port {port}, pinned for `{service}`, is used by another program")]
    PinnedTaken { port: u16, service: String },
    #[error("no free port for `{service}` from {first} to {last}")]
    NoneFree {
        first: u16,
        last: u16,
        service: String,
    },
}

impl Error {
    pub(super) fn hint(&self) -> Hint {
        match self {
            Self::PinnedTaken { .. } => Hint::say(
                "Stop that program, or remove the port from the profile to have one chosen.",
            ),
            Self::NoneFree { .. } => Hint::say(
                "Stop programs that use these ports, or pin a free port for the service in the \
                 profile.",
            ),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listen {
    pub service: String,
    pub address: SocketAddr,
    /// The port that was wanted, if another one had to be used.
    pub wanted: Option<u16>,
}

/// Assigns ports, each at most once.
#[derive(Debug)]
pub(super) struct Addresses<'a> {
    state: &'a Directory,
    given: BTreeSet<u16>,
}

impl<'a> Addresses<'a> {
    pub(super) fn new(state: &'a Directory) -> Self {
        Self {
            state,
            given: BTreeSet::new(),
        }
    }

    /// Keeps the address of a live replica. Its port is claimed too, for the time between the death
    /// and the restart of the replica.
    pub(super) fn keep(&mut self, listen: &Listen) -> Listen {
        let _ = claim(listen.address.port());
        self.given.insert(listen.address.port());
        listen.clone()
    }

    /// The address of a port of a replica: its current one if it lives, or a new one. `before` is
    /// the address that it had before, and whether it is alive.
    pub(super) fn listen(
        &mut self,
        service: &str,
        replica: &str,
        port: &Port,
        before: Option<(&Listen, bool)>,
    ) -> Result<Listen, Error> {
        let moved = |listen: &Listen| {
            port.pinned
                .is_some_and(|pinned| pinned != listen.address.port())
        };
        match before {
            Some((listen, true)) if !moved(listen) => Ok(self.keep(listen)),
            Some((listen, _)) => self.assign(service, replica, port, Some(listen)),
            None => self.assign(service, replica, port, None),
        }
    }

    /// Assigns an address to a port of a replica. `before` is the address of a dead predecessor.
    fn assign(
        &mut self,
        service: &str,
        replica: &str,
        port: &Port,
        before: Option<&Listen>,
    ) -> Result<Listen, Error> {
        let wanted = match (port.pinned, before) {
            (Some(pinned), _) => pinned,
            (None, Some(before)) => before.address.port(),
            (None, None) => self.wanted(replica, &port.name),
        };
        let number = if port.pinned.is_some() {
            // Without the claim too, since another program may use the UDP port.
            let _ = claim(wanted);
            if !self.is_free(wanted) {
                return Err(Error::PinnedTaken {
                    port: wanted,
                    service: service.to_owned(),
                });
            }
            wanted
        } else {
            let last = wanted.saturating_add(STEPS);
            (wanted..=last)
                .find(|number| self.claim_free(*number))
                .ok_or_else(|| Error::NoneFree {
                    first: wanted,
                    last,
                    service: service.to_owned(),
                })?
        };
        self.given.insert(number);
        Ok(Listen {
            service: service.to_owned(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, number)),
            wanted: (number != wanted).then_some(wanted),
        })
    }

    fn wanted(&self, replica: &str, port: &str) -> u16 {
        wanted(self.state.path().as_str(), replica, port)
    }

    /// Claims a port, if it is free.
    fn claim_free(&self, port: u16) -> bool {
        if self.given.contains(&port) || !claim(port) {
            return false;
        }
        let is_free = self.is_free(port);
        if !is_free {
            claims().remove(&port);
        }
        is_free
    }

    fn is_free(&self, port: u16) -> bool {
        !self.given.contains(&port) && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
    }
}

fn claims() -> MutexGuard<'static, BTreeMap<u16, UdpSocket>> {
    CLAIMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Claims a port for this command, unless another command has claimed it.
fn claim(port: u16) -> bool {
    let mut claims = claims();
    if claims.contains_key(&port) {
        return true;
    }
    let bound = UdpSocket::bind((Ipv4Addr::LOCALHOST, port));
    bound.is_ok_and(|socket| claims.insert(port, socket).is_none())
}

/// The wanted port of (state folder, replica, port name). The folder identifies checkout and
/// profile.
pub(super) fn wanted(folder: &str, replica: &str, port: &str) -> u16 {
    let hash = Sha256::digest(format!("{folder}\0{replica}\0{port}"));
    FIRST + u16::from_be_bytes([hash[0], hash[1]]) % COUNT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(pinned: Option<u16>) -> Port {
        Port {
            name: "grpc".to_owned(),
            pinned,
        }
    }

    #[test]
    fn one_folder_gets_the_same_port_again_and_another_folder_gets_another_port() {
        assert_eq!(wanted("/a/.harness/local", "temporal", "grpc"), 28_233);
        assert_ne!(
            wanted("/a/.harness/local", "temporal", "grpc"),
            wanted("/b/.harness/local", "temporal", "grpc")
        );
    }

    #[test]
    fn a_taken_port_is_skipped_and_both_ports_are_reported() {
        let state = Directory::new("/nowhere/.harness/local");
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let taken = Listen {
            service: "web".to_owned(),
            address: taken.local_addr().expect("bound"),
            wanted: None,
        };
        let number = taken.address.port();
        let mut addresses = Addresses::new(&state);
        addresses.keep(&taken);
        let listen = addresses
            .assign("web", "web-0", &port(None), Some(&taken))
            .expect("another port");
        assert_eq!(listen.wanted, Some(number));
        assert_ne!(listen.address.port(), number);
    }

    #[test]
    fn a_port_that_another_command_has_chosen_is_skipped_unless_it_is_pinned() {
        let state = Directory::new("/nowhere/.harness/local");
        let chosen = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let number = chosen.local_addr().expect("bound").port();
        let before = Listen {
            service: "web".to_owned(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, number)),
            wanted: None,
        };
        let assigned = |port: Port| {
            let listen = Addresses::new(&state).assign("web", "web-0", &port, Some(&before));
            listen.expect("a port").address.port()
        };
        let other = assigned(port(None));
        assert_ne!(other, number);
        assert!(
            UdpSocket::bind((Ipv4Addr::LOCALHOST, other)).is_err(),
            "it is claimed"
        );
        assert_eq!(assigned(port(Some(number))), number);
        drop(chosen);
        assert_eq!(assigned(port(None)), number);
        assert_eq!(assigned(port(None)), number, "its own claim does not count");
    }

    #[test]
    fn without_a_free_port_the_range_is_reported_even_at_its_end() {
        let state = Directory::new("/nowhere/.harness/local");
        let taken = Listen {
            service: "web".to_owned(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, u16::MAX)),
            wanted: None,
        };
        let mut addresses = Addresses::new(&state);
        addresses.keep(&taken);
        let error = addresses
            .assign("web", "web-0", &port(None), Some(&taken))
            .expect_err("the last port is taken");
        assert_eq!(
            error.to_string(),
            "no free port for `web` from 65535 to 65535"
        );
    }

    #[test]
    fn a_pinned_port_is_never_skipped() {
        let state = Directory::new("/nowhere/.harness/local");
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let number = taken.local_addr().expect("bound").port();
        let error = Addresses::new(&state)
            .assign("web", "web-0", &port(Some(number)), None)
            .expect_err("it is taken");
        assert_eq!(
            error.to_string(),
            format!("port {number}, pinned for `web`, is used by another program")
        );
    }
}
