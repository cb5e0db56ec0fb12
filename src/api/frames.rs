//! Docker's frame format, in which `exec` without a terminal sends standard output and error.
//!
//! A frame is eight bytes of header (stream, three zeros, length in big-endian) and that many bytes. With a
//! terminal there are no frames, only bytes.

/// Where the bytes of a frame belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard input (a server echoes it seldom).
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The exit code in decimal, as the last frame; only for a client that asked for it.
    Exit,
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The stream.
    pub stream: Stream,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The longest frame that is taken, 16 MiB.
const FRAME_MAX: usize = 16 << 20;

/// One frame as bytes.
pub fn encode(stream: Stream, bytes: &[u8]) -> Vec<u8> {
    let number = match stream {
        Stream::Stdin => 0,
        Stream::Stdout => 1,
        Stream::Stderr => 2,
        Stream::Exit => 3,
    };
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut frame = vec![number, 0, 0, 0];
    frame.extend(length.to_be_bytes());
    frame.extend_from_slice(bytes.get(..length as usize).unwrap_or(bytes));
    frame
}

/// Splits a stream of bytes into frames, however it was cut.
#[derive(Debug, Default)]
pub struct Decoder {
    waiting: Vec<u8>,
}

impl Decoder {
    /// Takes more bytes and gives the frames that are whole. The error says what is no frame.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, String> {
        self.waiting.extend_from_slice(bytes);
        let mut frames = Vec::new();
        let mut used = 0;
        while let Some([number, 0, 0, 0, a, b, c, d]) = self.waiting.get(used..used + 8) {
            let stream = match number {
                0 => Stream::Stdin,
                1 => Stream::Stdout,
                2 => Stream::Stderr,
                3 => Stream::Exit,
                other => return Err(format!("a frame of the unknown stream {other}")),
            };
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            if length > FRAME_MAX {
                return Err(format!("a frame of {length} bytes, more than {FRAME_MAX}"));
            }
            let Some(body) = self.waiting.get(used + 8..used + 8 + length) else {
                break;
            };
            frames.push(Frame {
                stream,
                bytes: body.to_vec(),
            });
            used += 8 + length;
        }
        if let Some(header) = self.waiting.get(used..used + 8)
            && header.get(1..4) != Some(&[0, 0, 0])
        {
            return Err("bytes that are not in frames".to_owned());
        }
        self.waiting.drain(..used);
        Ok(frames)
    }

    /// Whether a frame is unfinished.
    pub fn is_partial(&self) -> bool {
        !self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_any_cut() {
        let mut bytes = encode(Stream::Stdout, b"hello");
        bytes.extend(encode(Stream::Stderr, b""));
        bytes.extend(encode(Stream::Stderr, b"oh"));
        for size in 1..bytes.len() {
            let mut decoder = Decoder::default();
            let mut frames = Vec::new();
            for piece in bytes.chunks(size) {
                frames.extend(decoder.push(piece).unwrap());
            }
            let text: Vec<(Stream, &[u8])> = frames.iter().map(|f| (f.stream, f.bytes.as_slice())).collect();
            assert_eq!(
                text,
                [
                    (Stream::Stdout, b"hello".as_slice()),
                    (Stream::Stderr, b"".as_slice()),
                    (Stream::Stderr, b"oh".as_slice())
                ]
            );
            assert!(!decoder.is_partial());
        }
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        assert!(Decoder::default().push(b"plain text").is_err());
        assert!(Decoder::default().push(&[9, 0, 0, 0, 0, 0, 0, 1]).is_err());
        assert!(
            Decoder::default()
                .push(&[1, 0, 0, 0, 255, 255, 255, 255])
                .is_err()
        );
    }
}
