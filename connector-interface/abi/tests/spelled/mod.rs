//! The layout of types in words: the same on every machine with 64 bits.

use std::fmt::Write;

use codeclimate_connector_abi::abi_stable::type_layout::{TLData, TLField, TLFunction, TypeLayout};

/// Ours, whose types are told with all their fields. Those of `abi_stable` are pinned with it, and told by their size.
const OURS: &str = env!("CARGO_PKG_NAME");

type Layout = &'static TypeLayout;

/// Every type of ours that can be reached from this one, and below, those of others that they hold or hand over.
pub(crate) fn everything_from(root: Layout) -> String {
    let mut reached = Vec::new();
    reach(root, &mut reached);
    let ours: Vec<Layout> = reached.into_iter().filter(|layout| is_ours(layout)).collect();
    let mut others = Vec::new();
    ours.iter().flat_map(|layout| neighbours(layout)).for_each(|layout| mention(layout, &mut others));
    let mut others: Vec<String> = others.into_iter().map(type_of_others).collect();
    others.sort();
    others.dedup();
    let ours: Vec<String> = ours.into_iter().map(type_of_ours).collect();
    format!("{}\n{} {}\n\n{}", ours.join("\n"), root.package(), root.package_version(), others.concat())
}

fn is_ours(layout: Layout) -> bool {
    layout.package().as_str() == OURS
}

fn reach(layout: Layout, reached: &mut Vec<Layout>) {
    if reached.contains(&layout) {
        return;
    }
    reached.push(layout);
    let parameters = layout.generics().type_params().iter().map(|parameter| parameter());
    parameters.chain(neighbours(layout)).for_each(|next| reach(next, reached));
}

/// Of what is named by the types of ours, the types of others.
fn mention(layout: Layout, mentioned: &mut Vec<Layout>) {
    if !is_ours(layout) && !mentioned.contains(&layout) {
        mentioned.push(layout);
        held(layout).into_iter().for_each(|inner| mention(inner, mentioned));
    }
}

/// What a type holds, takes and gives.
fn neighbours(layout: Layout) -> Vec<Layout> {
    let mut found = Vec::new();
    for field in fields(layout).chain(layout.phantom_fields()) {
        if !field.is_function() {
            found.push(field.layout());
        }
        for function in field.function_range().iter() {
            found.extend(arguments(&function));
            found.extend(function.return_type_layout().map(|answer| answer()));
        }
    }
    found
}

fn fields(layout: Layout) -> impl Iterator<Item = TLField> {
    layout.get_fields().into_iter().flatten()
}

fn arguments(function: &TLFunction) -> Vec<Layout> {
    function.param_type_layouts.iter().map(|argument| argument()).collect()
}

fn type_of_ours(layout: Layout) -> String {
    let mut text = format!("{}: {}", path(layout), measures(layout));
    if let TLData::PrefixType(prefix) = layout.data() {
        let (first, all) = (prefix.first_suffix_field, prefix.fields.len());
        let _ = write!(text, ", {first} fields in the prefix of {all}");
    }
    text.push('\n');
    text.extend(text_of_fields(layout));
    text
}

fn text_of_fields(layout: Layout) -> Vec<String> {
    let phantom = layout.phantom_fields().into_iter().map(|field| format!("  phantom {}", text_of(&field)));
    fields(layout).map(|field| format!("  {}", text_of(&field))).chain(phantom).collect()
}

fn text_of(field: &TLField) -> String {
    let functions: Vec<String> = field.function_range().iter().map(|function| signature(&function)).collect();
    let of_type = if field.is_function() { functions.concat() } else { name(field.layout()) };
    format!("{}: {of_type}\n", field.name())
}

fn signature(function: &TLFunction) -> String {
    let mut names = function.param_names.as_str().split([';', ',']).filter(|name| !name.is_empty());
    let argument = |layout| format!("{}: {}", names.next().unwrap_or("_"), name(layout));
    let arguments: Vec<String> = arguments(function).into_iter().map(argument).collect();
    let is_unsafe = if function.fn_qualifs.is_unsafe() { "unsafe " } else { "" };
    let mut text = format!("{is_unsafe}fn({})", arguments.join(", "));
    if let Some(answer) = function.return_type_layout() {
        let _ = write!(text, " -> {}", name(answer()));
    }
    let lifetimes = format!("{:?}", function.paramret_lifetime_indices.as_slice());
    let words = lifetimes.split(|letter: char| !letter.is_alphanumeric() && !"()".contains(letter));
    let words: Vec<&str> = words.filter(|word| !word.is_empty() && *word != "NONE").collect();
    if !words.is_empty() {
        let _ = write!(text, ", lifetimes {}", words.join(" "));
    }
    text
}

fn type_of_others(layout: Layout) -> String {
    let mut text = format!("{} of {}: {}", name(layout), layout.package(), measures(layout));
    if let Some(checks) = layout.extra_checks() {
        let checks = checks.to_string();
        let _ = write!(text, ", {}", checks.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    text.push('\n');
    text
}

fn measures(layout: Layout) -> String {
    let nonzero = if layout.is_nonzero() { ", never zero" } else { "" };
    let (kind, repr) = (layout.data_discriminant(), layout.repr_attr());
    format!("{kind:?} {repr:?}, size {}, alignment {}{nonzero}", layout.size(), layout.alignment())
}

/// With the module, less the crate: two types of ours may have one name.
fn path(layout: Layout) -> String {
    let module = layout.mod_path().to_string();
    let inner = module.split_once("::").map_or("", |(_, inner)| inner);
    format!("{inner}::{}", layout.full_type())
}

/// The type as a person writes it. `abi_stable` does not print the parameters of its own containers.
fn name(layout: Layout) -> String {
    if is_ours(layout) {
        return path(layout);
    }
    let held: Vec<String> = held(layout).into_iter().map(name).collect();
    if held.is_empty() {
        return layout.full_type().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    }
    format!("{}<{}>", layout.name(), held.join(", "))
}

/// The parameters of a container of `abi_stable`.
fn held(layout: Layout) -> Vec<Layout> {
    let layouts = |fields: &mut dyn Iterator<Item = TLField>| fields.map(|field| field.layout()).collect();
    match layout.name() {
        "RResult" | "ROption" | "ManuallyDrop" => layouts(&mut fields(layout)),
        "RVec" | "RBox" | "RSlice" | "RRef" | "RMut" => marked(layout),
        "RHashMap" => fields(layout).take(1).flat_map(|map| marked(map.layout())).flat_map(entries).collect(),
        "PrefixRef" => layouts(&mut layout.phantom_fields().into_iter()),
        "RObject" => layouts(&mut fields(layout).filter(|field| field.name() != "_marker")),
        _ => Vec::new(),
    }
}

/// What the marker field of a container names.
fn marked(layout: Layout) -> Vec<Layout> {
    fields(layout)
        .filter(|field| field.name() == "_marker")
        .flat_map(|marker| named(marker.layout()))
        .collect()
}

/// Key and value of a map, which its erased inside names.
fn entries(inside: Layout) -> Vec<Layout> {
    fields(inside).take(1).flat_map(|field| named(field.layout())).collect()
}

/// The types that a `PhantomData` names.
fn named(phantom: Layout) -> Vec<Layout> {
    phantom.phantom_fields().into_iter().map(|field| field.layout()).collect()
}
