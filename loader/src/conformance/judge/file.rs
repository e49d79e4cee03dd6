//! C02 and C04: what the file says about itself.

use connector_schemas::{nearest_record_type, record_type};
use semver::Version;

use crate::{
    conformance::verdict::{Finding, Verdict},
    examination::{Examination, Facts, GlibcVersion, Libc},
    note::Note,
    slug::Slug,
};

/// What Red Hat Enterprise Linux 9 has; Ubuntu 22.04 and Debian 12 have newer ones.
pub(crate) const GLIBC_FLOOR: GlibcVersion = GlibcVersion { major: 2, minor: 34 };

/// C02. Judges the note of a file, and its name.
pub(crate) fn metadata(examination: &Examination) -> Verdict {
    let problems = examination.problems.iter().map(|problem| Finding::new(problem.to_string()));
    let Some(note) = &examination.note else {
        let unread = Finding::new("the file says nothing about itself that can be read");
        return Verdict::of(std::iter::once(unread).chain(problems).collect(), String::new);
    };
    let findings: Vec<Finding> = file_name(examination, note)
        .into_iter()
        .chain(version(note))
        .chain(text("description", note.description.as_deref()))
        .chain(text("license", note.license.as_deref()))
        .chain(record_types(note))
        .chain(permissions(note))
        .chain(state_format(note))
        .collect();
    Verdict::of(findings, || format!("{} {}, {}", note.slug, note.version, note.record_types.join(", ")))
}

fn file_name(examination: &Examination, note: &Note) -> Option<Finding> {
    let name = examination.path.file_name()?.to_string_lossy().into_owned();
    let named = Slug::from_file_name(&name);
    (named.as_ref() != Some(&note.slug)).then(|| {
        let underscored = note.slug.to_string().replace('-', "_");
        Finding::new("the file is not named after its slug")
            .key("slug")
            .expected(format!("libcodeclimate_connector_{underscored}.so"))
            .found(name)
            .remedy("keep the name that cargo gave it: operators find a connector by it")
    })
}

fn version(note: &Note) -> Option<Finding> {
    let error = Version::parse(&note.version).err()?;
    let finding =
        Finding::new("the version is not a semantic version").key("version").expected("such as 1.2.3");
    Some(finding.found(format!("{:?}: {error}", note.version)).remedy("mend `version` in Cargo.toml"))
}

fn text(key: &str, value: Option<&str>) -> Option<Finding> {
    let is_there = value.is_some_and(|value| !value.trim().is_empty());
    (!is_there).then(|| {
        let finding = Finding::new(format!("there is no {key}")).key(key).expected("a line for operators");
        finding.found("nothing").remedy(format!("fill in `{key}` in Cargo.toml"))
    })
}

fn record_types(note: &Note) -> Vec<Finding> {
    const REMEDY: &str = "name the types that it produces in `export_connector!(Client, record_types: [..])`";
    let finding = |what: &str| Finding::new(what).key("recordTypes");
    if note.record_types.is_empty() {
        return vec![
            finding("no record type is declared").expected("at least one").found("none").remedy(REMEDY),
        ];
    }
    let unknown = note.record_types.iter().filter(|name| record_type(name).is_none());
    let told = unknown.map(|name| {
        let hint = nearest_record_type(name).map(|near| format!("did you mean {near:?}?"));
        let finding =
            finding("a declared record type is not known").expected("one of those that `schema` lists");
        finding.found(format!("{name:?}")).remedy(hint.unwrap_or_else(|| REMEDY.to_owned()))
    });
    told.collect()
}

/// The form was checked when the note was read; here, that each key is one of the configuration.
fn permissions(note: &Note) -> Vec<Finding> {
    let reference = crate::reference::Reference::of(&note.configuration_schema);
    let keys = note.permissions.iter().filter_map(|permission| Some((permission, permission.key()?)));
    let unknown = keys.filter(|(_, key)| !reference.has(key));
    let told = unknown.map(|(permission, key)| {
        let finding = Finding::new("a permission names a key that the configuration does not have");
        let finding = finding.key("permissions").expected("a key of the configuration's top level");
        finding
            .found(permission.to_string())
            .remedy(format!("add {key:?} to the configuration, or mend the permission"))
    });
    told.collect()
}

fn state_format(note: &Note) -> Option<Finding> {
    (note.state_format == 0).then(|| {
        let finding =
            Finding::new("the format of states is 0").key("stateFormat").expected("1 or more").found("0");
        finding.remedy("leave `STATE_FORMAT` out, or count from 1")
    })
}

/// C04. Judges the versions that a library was linked with.
pub(crate) fn glibc(facts: &Facts, floor: GlibcVersion) -> Verdict {
    let remedy = format!(
        "build on a system with glibc {floor}, or with `cargo zigbuild --target <target>.{floor}`; `--glibc VERSION` sets \
         another floor"
    );
    if facts.libc == Some(Libc::Musl) {
        let finding = Finding::new("it is linked with musl").expected("glibc").found("musl");
        return finding
            .remedy("build for the target `x86_64-unknown-linux-gnu` or `aarch64-unknown-linux-gnu`")
            .into();
    }
    let too_new = |version: &str| GlibcVersion::of_symbol(version).is_some_and(|needed| needed > floor);
    let versions = facts.versions.iter().filter(|needed| too_new(&needed.version));
    let mut versions: Vec<String> = versions.map(|needed| needed.version.clone()).collect();
    versions.dedup();
    match facts.glibc {
        Some(needed) if needed > floor => Finding::new(format!("it needs glibc {needed}"))
            .expected(format!("nothing newer than {floor}"))
            .found(versions.join(", "))
            .remedy(remedy)
            .into(),
        Some(needed) => Verdict::passed(format!("needs {needed}, and {floor} is there")),
        None => Verdict::passed("needs no glibc"),
    }
}
