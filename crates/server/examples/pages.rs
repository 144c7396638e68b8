//! Writes every sample page as a file that a browser can open: `pages DIR`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use stepwell_server::assets;
use stepwell_server::pages::samples::samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: pages DIR")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    for asset in assets::all() {
        fs::write(folder.join(asset.name), asset.bytes)?;
    }
    for sample in samples() {
        let html = assets::all().iter().fold(sample.html, |html, asset| {
            html.replace(&asset.path(), asset.name)
        });
        // A sample stays where it is instead of forwarding.
        let html = html
            .replace("http-equiv=\"refresh\"", "name=\"refresh\"")
            .replace("form-post.js", "none.js");
        fs::write(folder.join(format!("{}.html", sample.name)), html)?;
    }
    Ok(())
}
