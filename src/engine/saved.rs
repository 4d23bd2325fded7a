//! An image as an engine saves it: the archive enters, its configuration and the entries of its layers leave.
//!
//! Docker writes the layout of the Open Container Initiative with a `manifest.json` of its own, Podman that manifest
//! with layers beside it. <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader as _};
use serde::Deserialize;
use serde_json::Value;
use tar::EntryType;

/// More than any configuration or manifest has.
const MOST_JSON: u64 = 16 << 20;

/// As much of a program as its header and the name of its loader take.
const HEAD: usize = 64 << 10;

/// An image with all that is in it.
#[derive(Debug, Default)]
pub(crate) struct Saved {
    /// Where it runs, such as `amd64`.
    pub architecture: String,
    /// How it runs.
    pub config: Config,
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
}

/// How an image runs. <https://github.com/opencontainers/image-spec/blob/main/config.md>
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Config {
    /// USER
    pub user: String,
    /// ENV, as `NAME=VALUE`.
    pub env: Option<Vec<String>>,
    /// ENTRYPOINT
    pub entrypoint: Option<Vec<String>>,
    /// CMD
    pub cmd: Option<Vec<String>>,
    /// EXPOSE, as `8080/tcp`.
    pub exposed_ports: Option<BTreeMap<String, Value>>,
    /// STOPSIGNAL
    pub stop_signal: Option<String>,
    /// HEALTHCHECK
    pub healthcheck: Option<Value>,
}

impl Config {
    /// The value of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let pairs = self.env.iter().flatten().filter_map(|pair| pair.split_once('='));
        pairs.rev().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Numbers of ports that are exposed for a protocol, in their order.
    pub(crate) fn ports(&self, protocol: &str) -> Vec<u16> {
        let ports = self.exposed_ports.iter().flat_map(BTreeMap::keys).filter_map(|port| port.split_once('/'));
        let mut ports: Vec<u16> =
            ports.filter(|(_, of)| *of == protocol).filter_map(|(number, _)| number.parse().ok()).collect();
        ports.sort_unstable();
        ports
    }

    /// Options of `docker run` that publish each TCP port somewhere on this machine.
    pub(crate) fn publish(&self) -> impl Iterator<Item = String> {
        self.ports("tcp").into_iter().map(|port| format!("--publish=127.0.0.1::{port}"))
    }

    /// What a container starts.
    pub(crate) fn words(&self) -> impl Iterator<Item = &String> {
        self.entrypoint.iter().flatten().chain(self.cmd.iter().flatten())
    }
}

/// One layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer {
    /// Its digest, of what it is when it is not compressed.
    pub diff_id: String,
    /// The instruction that made it, if the image says so.
    pub created_by: String,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes of the archive that travels: with gzip, where the engine keeps it as it is.
    pub compressed: u64,
    /// What is in it.
    pub entries: Vec<Entry>,
}

/// A file, a folder or a link of a layer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Absolute path.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Permissions.
    pub mode: u32,
    /// Bytes.
    pub size: u64,
    /// The checksum of a file, to tell whether another one is the same.
    pub crc: u32,
    /// Whether it is a program or a library.
    pub is_elf: bool,
    /// The loader of a program that is linked dynamically.
    pub loader: Option<String>,
    /// The text of a file that tells what is in the image.
    pub text: Option<String>,
}

impl Entry {
    /// The last part of its path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// What an entry is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file
    #[default]
    File,
    /// A folder
    Folder,
    /// A symbolic link, with what it says.
    Link(String),
    /// A device or the like.
    Other,
}

impl Saved {
    /// Reads an archive to its end.
    pub(crate) fn read(archive: impl Read) -> Result<Self> {
        let mut archive = tar::Archive::new(BufReader::new(archive));
        let mut texts: BTreeMap<String, Value> = BTreeMap::new();
        let mut layers: BTreeMap<String, Layer> = BTreeMap::new();
        let mut links: BTreeMap<String, String> = BTreeMap::new();
        for entry in archive.entries()? {
            let entry = entry?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned();
            match entry.header().entry_type() {
                EntryType::Regular => {}
                EntryType::Symlink => {
                    let to = entry.link_name_bytes().map(|to| String::from_utf8_lossy(&to).into_owned());
                    // Older engines write one layer under two names: `../ID/layer.tar`.
                    links.insert(path, to.unwrap_or_default().trim_start_matches("../").to_owned());
                    continue;
                }
                _ => continue,
            }
            let size = entry.size();
            let mut content = BufReader::new(entry);
            let mut first = [0; 4];
            let read = io::BufRead::fill_buf(&mut content)?;
            let length = read.len().min(first.len());
            first[..length].copy_from_slice(&read[..length]);
            match first {
                [b'{' | b'[', ..] if size <= MOST_JSON => {
                    // What is no JSON is no part of the image's description either.
                    if let Ok(value) = serde_json::from_reader(&mut content) {
                        texts.insert(path, value);
                    }
                }
                [0x1f, 0x8b, ..] => {
                    let layer = layer(GzDecoder::new(content)).with_context(|| format!("layer {path}"))?;
                    layers.insert(path, Layer { compressed: size, ..layer });
                }
                [0x28, 0xb5, 0x2f, 0xfd] => bail!("layer {path} is compressed with zstd, which is not read"),
                // `oci-layout`, `repositories` and `VERSION` are not long enough for an archive.
                _ if size < 512 => {}
                _ => {
                    let mut packed = Packed { inner: content, gzip: GzEncoder::new(Count(0), Compression::fast()) };
                    let layer = layer(&mut packed).with_context(|| format!("layer {path}"))?;
                    layers.insert(path, Layer { compressed: packed.gzip.finish()?.0, ..layer });
                }
            }
        }
        drain(archive)?;
        let manifest = texts.get("manifest.json").map(|manifest| manifest[0].clone()).context("no manifest.json")?;
        let config = manifest["Config"].as_str().and_then(|path| texts.get(path)).context("no configuration")?;
        let names: Vec<String> = serde_json::from_value(manifest["Layers"].clone())?;
        let mut saved = Self {
            architecture: config["architecture"].as_str().unwrap_or_default().to_owned(),
            config: serde_json::from_value(config["config"].clone()).unwrap_or_default(),
            layers: Vec::new(),
        };
        let made_layers = config["history"].as_array().into_iter().flatten();
        let mut made_layers = made_layers.filter(|made| made["empty_layer"] != Value::Bool(true));
        for (number, name) in names.iter().enumerate() {
            let known = layers.get(name).or_else(|| layers.get(links.get(name)?));
            let mut layer = known.cloned().with_context(|| format!("layer {name} is missing"))?;
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            layer.diff_id = text(&config["rootfs"]["diff_ids"][number]);
            layer.created_by = made_layers.next().map(|made| text(&made["created_by"])).unwrap_or_default();
            saved.layers.push(layer);
        }
        Ok(saved)
    }
}

/// Compresses what is read through it.
struct Packed<R> {
    inner: R,
    gzip: GzEncoder<Count>,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.gzip.write_all(&buffer[..length])?;
        Ok(length)
    }
}

/// Counts bytes and forgets them.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The entries of a layer.
fn layer(archive: impl Read) -> Result<Layer> {
    let mut layer = Layer::default();
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = format!("/{}", path.trim_start_matches("./").trim_matches('/'));
        let link = entry.link_name_bytes().map(|to| String::from_utf8_lossy(&to).into_owned());
        let kind = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse | EntryType::Link => Kind::File,
            EntryType::Directory => Kind::Folder,
            EntryType::Symlink => Kind::Link(link.unwrap_or_default()),
            _ => Kind::Other,
        };
        let mut found = Entry { path, kind, mode: entry.header().mode()?, ..Entry::default() };
        if found.kind == Kind::File {
            read_file(&mut entry, &mut found)?;
            layer.bytes += found.size;
        }
        layer.entries.push(found);
    }
    drain(archive)?;
    Ok(layer)
}

/// Reads what follows the last entry: it is part of the archive as well, and whoever writes it fails where nobody
/// reads it.
fn drain(archive: tar::Archive<impl Read>) -> io::Result<u64> {
    io::copy(&mut archive.into_inner(), &mut io::sink())
}

/// Reads a file once: its size, checksum, head and, if it tells what is in the image, text.
fn read_file(content: &mut impl Read, found: &mut Entry) -> Result<()> {
    let is_told = tells(&found.path);
    let (mut head, mut checksum) = (Vec::new(), crc32fast::Hasher::new());
    let mut buffer = vec![0; HEAD];
    loop {
        let length = content.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        let read = &buffer[..length];
        checksum.update(read);
        found.size += length as u64;
        if is_told && head.len() as u64 <= MOST_JSON {
            head.extend_from_slice(read);
        } else if head.len() < HEAD {
            head.extend_from_slice(&read[..length.min(HEAD - head.len())]);
        }
    }
    found.crc = checksum.finalize();
    if head.starts_with(&elf::ELFMAG) {
        found.is_elf = true;
        found.loader = loader(&head);
    }
    found.text = is_told.then(|| String::from_utf8_lossy(&head).into_owned());
    Ok(())
}

/// Files whose text is kept: what package managers know, and what names the system.
fn tells(path: &str) -> bool {
    ["/etc/os-release", "/usr/lib/os-release", "/var/lib/dpkg/status", "/lib/apk/db/installed"].contains(&path)
        || path.starts_with("/var/lib/dpkg/status.d/")
        || Path::new(path).parent() == Some(Path::new("/var/lib/dpkg/info"))
            && Path::new(path).extension().is_some_and(|extension| extension == "list")
}

/// The loader that a program names.
fn loader(head: &[u8]) -> Option<String> {
    fn of<Header: FileHeader<Endian = Endianness>>(head: &[u8]) -> Option<String> {
        let header = Header::parse(head).ok()?;
        let endian = header.endian().ok()?;
        let segments = header.program_headers(endian, head).ok()?;
        let name = segments.iter().find_map(|segment| segment.interpreter(endian, head).ok().flatten())?;
        Some(String::from_utf8_lossy(name).into_owned())
    }
    of::<elf::FileHeader64<Endianness>>(head).or_else(|| of::<elf::FileHeader32<Endianness>>(head))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn archive(files: &[(&str, &[u8], u32)]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, content, mode) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(*mode);
            if path.ends_with('/') {
                header.set_entry_type(EntryType::Directory);
            }
            archive.append_data(&mut header, path, *content).unwrap();
        }
        archive.into_inner().unwrap()
    }

    #[test]
    fn layers_come_in_the_order_of_the_manifest_with_what_made_them() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let upper = archive(&[("app/", b"", 0o755), ("app/server", &program, 0o4755)]);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&upper).unwrap();
        let upper = gzip.finish().unwrap();
        let lower = archive(&[("./etc/os-release", b"ID=debian\n", 0o644)]);
        let config = json!({
            "architecture": "amd64",
            "config": {
                "User": "1000",
                "Env": ["A=1", "A=2"],
                "Entrypoint": ["/app/server"],
                "ExposedPorts": {"9000/tcp": {}, "80/tcp": {}, "53/udp": {}}
            },
            "history": [{"created_by": "base"}, {"created_by": "ENV", "empty_layer": true}, {"created_by": "COPY"}],
            "rootfs": {"diff_ids": ["sha256:1", "sha256:2"]},
        });
        let manifest = json!([{"Config": "c.json", "Layers": ["l/layer.tar", "u"]}]);
        let saved = archive(&[
            ("u", &upper, 0o644),
            ("l/layer.tar", &lower, 0o644),
            ("c.json", config.to_string().as_bytes(), 0o644),
            ("oci-layout", b"{}", 0o644),
            ("manifest.json", manifest.to_string().as_bytes(), 0o644),
        ]);
        let saved = Saved::read(saved.as_slice()).unwrap();
        let made: Vec<_> = saved.layers.iter().map(|layer| (&*layer.diff_id, &*layer.created_by)).collect();
        assert_eq!(made, [("sha256:1", "base"), ("sha256:2", "COPY")]);
        assert_eq!(saved.layers[0].entries[0].text.as_deref(), Some("ID=debian\n"));
        let [folder, server] = saved.layers[1].entries.as_slice() else { panic!("{:?}", saved.layers[1].entries) };
        assert_eq!((&*folder.path, &folder.kind), ("/app", &Kind::Folder));
        assert_eq!((&*server.path, server.mode, server.size), ("/app/server", 0o4755, program.len() as u64));
        assert_eq!(server.crc, crc32fast::hash(&program));
        assert!(server.loader.as_ref().unwrap().contains("/ld-"), "{:?}", server.loader);
        assert_eq!(saved.layers[1].compressed, upper.len() as u64);
        assert!(saved.layers[0].compressed > 0 && saved.layers[0].compressed < lower.len() as u64);
        assert_eq!((saved.config.variable("A"), saved.config.ports("tcp")), (Some("2"), vec![80, 9000]));
    }

    #[test]
    fn an_archive_is_read_to_its_end() {
        let mut saved = archive(&[
            ("c.json", b"{}", 0o644),
            ("manifest.json", b"[{\"Config\": \"c.json\", \"Layers\": []}]", 0o644),
        ]);
        saved.resize(saved.len() + (1 << 20), 0);
        let mut rest = saved.as_slice();
        Saved::read(&mut rest).unwrap();
        assert_eq!(rest.len(), 0);
    }

    #[test]
    fn what_is_no_image_is_an_error() {
        assert!(Saved::read(&b"not an archive"[..]).is_err());
        assert!(Saved::read(archive(&[("manifest.json", b"[{}]", 0o644)]).as_slice()).is_err());
    }
}
