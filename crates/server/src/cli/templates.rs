//! `stepwell templates`: every page in every language, filled with sample data and in the configured brand,
//! as files that a browser opens. Nothing is served and no database is touched.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::args::Templates;
use super::failure::Failure;
use super::output::Output;
use crate::assets;
use crate::config::Config;
use crate::pages::samples::{chrome, samples_with};
use crate::pages::{Chrome, Locale};

pub(super) fn run(
    args: &Templates,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let folder = &args.out;
    let files = Files::of(config);
    let fixed = folder.join("static");
    create(&fixed)?;
    for (name, bytes) in &files.content {
        write(&fixed.join(name), bytes)?;
    }
    let mut written = 0;
    for locale in Locale::all() {
        let below = folder.join(locale.tag());
        create(&below)?;
        for sample in samples_with(&files.frame(config, locale)) {
            let page = below.join(format!("{}.html", sample.name));
            write(&page, files.beside(sample.html).as_bytes())?;
            written += 1;
        }
    }
    let text = format!("{written} pages in {}", folder.display());
    output.answer(
        &text,
        &json!({ "pages": written, "folder": folder.display().to_string() }),
    )?;
    Ok(())
}

/// What pages load: ours and the brand's.
struct Files {
    content: Vec<(&'static str, Vec<u8>)>,
    /// Where a server has them, and where they are beside the pages.
    moved: Vec<(String, String)>,
}

impl Files {
    fn of(config: &Config) -> Self {
        let ours = assets::all()
            .iter()
            .map(|asset| (asset.name, asset.bytes.to_vec(), asset.path()));
        let brand = config.brand.files();
        let theirs = brand.map(|file| (file.name, file.bytes.clone(), file.path()));
        let (mut content, mut moved) = (Vec::new(), Vec::new());
        for (name, bytes, path) in ours.chain(theirs) {
            content.push((name, bytes));
            moved.push((path, format!("../static/{name}")));
        }
        Self { content, moved }
    }

    /// A page that finds its files beside itself, and stays where it is instead of going on to the app.
    fn beside(&self, html: String) -> String {
        let html = self
            .moved
            .iter()
            .fold(html, |html, (from, to)| html.replace(from, to));
        html.replace("http-equiv=\"refresh\"", "name=\"refresh\"")
            .replace("../static/form-post.js", "../static/none.js")
    }

    fn frame(&self, config: &Config, locale: Locale) -> Chrome {
        let sample = chrome();
        let brand = &config.brand;
        Chrome {
            locale,
            product_name: config.product_name.clone(),
            privacy_url: brand.privacy_url.clone().or(sample.privacy_url),
            help_url: brand.help_url.clone().or(sample.help_url),
            brand: Arc::new(brand.clone()),
            ..chrome()
        }
    }
}

fn create(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| refused(folder, &error))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|error| refused(file, &error))
}

fn refused(place: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("--out {}: {error}", place.display()))
}
