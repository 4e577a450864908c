//! A gRPC server that refuses every call, with HTTP/2 by hand
//! ([RFC 9113](https://www.rfc-editor.org/rfc/rfc9113), [RFC 7541](https://www.rfc-editor.org/rfc/rfc7541)).

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;

/// The flag of an answer to `SETTINGS` or `PING`.
const ACK: u8 = 1;

/// The flags of headers that are complete and end their stream.
const ALL: u8 = 0x5;

/// Answers every call with this gRPC status and message, until the test process ends.
pub(super) fn serve(status: &'static str, message: String) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let message = message.clone();
            // It ends when the client closes the connection.
            std::thread::spawn(move || answer(stream, status, &message));
        }
    });
    address
}

fn answer(mut stream: TcpStream, status: &str, message: &str) -> io::Result<()> {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface)?;
    frame(&mut stream, SETTINGS, 0, [0; 4], &[])?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let [a, b, c, kind, flags, id @ ..] = head;
        let mut content = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        stream.read_exact(&mut content)?;
        match kind {
            SETTINGS if flags & ACK == 0 => frame(&mut stream, SETTINGS, ACK, id, &[])?,
            PING if flags & ACK == 0 => frame(&mut stream, PING, ACK, id, &content)?,
            HEADERS => {
                let headers = [
                    ("content-type", "application/grpc"),
                    ("grpc-status", status),
                    ("grpc-message", message),
                ];
                // `:status: 200` is in the static table.
                let mut block = vec![0x88];
                for (name, value) in headers {
                    block.push(0);
                    for text in [name, value] {
                        block.push(u8::try_from(text.len()).expect("a short text"));
                        block.extend(text.as_bytes());
                    }
                }
                frame(&mut stream, HEADERS, ALL, id, &block)?;
            }
            _ => {}
        }
    }
}

fn frame(
    stream: &mut TcpStream,
    kind: u8,
    flags: u8,
    id: [u8; 4],
    content: &[u8],
) -> io::Result<()> {
    let length = u32::try_from(content.len()).expect("a short frame");
    let [_, a, b, c] = length.to_be_bytes();
    let head = [a, b, c, kind, flags, id[0], id[1], id[2], id[3]];
    stream.write_all(&[&head, content].concat())
}
