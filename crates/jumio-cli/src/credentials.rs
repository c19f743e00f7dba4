//! The client's id and secret: from the environment, a file, or a prompt, and never from an option, which other people on the
//! machine could read.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use jumio_auth::Credentials;

use crate::args;
use crate::stop::Stop;

const ID: &str = "JUMIO_CLIENT_ID";
const SECRET: &str = "JUMIO_CLIENT_SECRET";
/// Far more than a secret has.
const LONGEST: u64 = 64 * 1024;

/// An environment variable that is set and not empty.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Stop> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Stop::bad_input(format!("{name} is no Unicode text"))),
    }
}

/// Reads id and secret. Asks for what is missing where somebody sits at the terminal.
pub(crate) fn read(place: &args::Place) -> Result<Credentials, Stop> {
    let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
    let id = match variable(ID)? {
        Some(id) => id,
        None if asks => prompt("Jumio client id: ")?,
        None => return Err(missing(ID)),
    };
    let secret = match (&place.client_secret_file, variable(SECRET)?) {
        (Some(file), _) => from_file(file)?,
        (None, Some(secret)) => secret,
        (None, None) if asks => prompt("Jumio client secret: ")?,
        (None, None) => return Err(missing(SECRET)),
    };
    let advice = "copy it again from Jumio's portal, under the API credentials";
    Credentials::new(id, secret).map_err(|error| Stop::bad_input(error.to_string()).advise(advice))
}

fn prompt(question: &str) -> Result<String, Stop> {
    // Both are asked for without an echo: they are pasted from the same page, and a mix-up shows nothing.
    rpassword::prompt_password(question).map(|typed| typed.trim().to_owned()).map_err(|error| Stop::internal(&error))
}

/// `-` is stdin, so that a secrets manager can hand it over without a file.
fn from_file(path: &Path) -> Result<String, Stop> {
    let failed = |why: &str| Stop::bad_input(format!("--client-secret-file {}: {why}", path.display()));
    let text = if path == Path::new("-") { text_of(io::stdin(), LONGEST) } else { read_text(path, LONGEST) };
    let mut text = text.map_err(|why| failed(&why))?;
    // An editor ends the file with a line break, which is no part of the secret.
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    if text.is_empty() { Err(failed("nothing is in it")) } else { Ok(text) }
}

/// Reads a small text file; says why not, without a word of its content.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String, String> {
    text_of(std::fs::File::open(path).map_err(|error| error.to_string())?, most)
}

fn text_of(source: impl io::Read, most: u64) -> Result<String, String> {
    use std::io::Read as _;

    let mut text = String::new();
    match source.take(most + 1).read_to_string(&mut text) {
        Ok(read) if read as u64 > most => Err(format!("the file has more than {most} bytes")),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err("the file is no UTF-8 text".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn missing(name: &str) -> Stop {
    Stop::bad_input(format!("{name} is not set"))
        .advise("set JUMIO_CLIENT_ID and JUMIO_CLIENT_SECRET (or --client-secret-file) to the API credentials of Jumio's portal, or add --simulator to try it without")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_secret_file_loses_its_last_line_break_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (content, expected) in
            [("s3cret\n", Some("s3cret")), ("s3 cret \r\n", Some("s3 cret ")), ("\n", None), ("", None)]
        {
            std::fs::write(&path, content).unwrap();
            assert_eq!(super::from_file(&path).ok().as_deref(), expected, "{content:?}");
        }
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(super::from_file(&path).unwrap_err().messages[0].contains("UTF-8"));
        assert!(super::from_file(&folder.path().join("none")).is_err());
        std::fs::write(&path, "12345").unwrap();
        assert!(super::read_text(&path, 4).is_err() && super::read_text(&path, 5).is_ok());
    }
}
