//! Inputs by name: what `--set`, `--vary` and `--over` may address besides the variables of a file.
//!
//! A number that was typed in place is addressed by its key, `pre_money`, or by its participant, `softbank`; where a file
//! has several, by the block it stands in: `pre_money(Series A)`, `softbank(Series C / Strategic investors)`. Addressed,
//! it becomes a variable of that name, and everything else treats it as one.

use super::keys::{self, Kind};
use super::load::Document;
use super::node::{Block, Entry, Node, Shape, Value};
use super::number::{Measure, quantity};
use super::suggest::nearest;
use crate::error::Finding;

/// Tables whose blocks have no name of their own are addressed by this.
const NAMELESS: [&str; 2] = ["opening", "rounding"];
/// Keys whose numbers are not terms of the deal.
const NO_TERMS: [&str; 8] =
    ["expect", "variables", "sources", "stakeholders", "correlations", "classes", "class_defaults", "vesting"];

/// A number typed in place.
struct Input {
    key: String,
    /// The block it stands in: `Series C`, `Series C / Strategic investors`.
    place: String,
    /// Indices of entries and items, from the root to the value's entry.
    path: Vec<usize>,
    /// The name of the variable that stands there already.
    variable: Option<String>,
    /// What the place takes; of several, the first.
    measure: Measure,
}

/// What stands in the place of a number.
enum Typed {
    Number,
    Variable(String),
}

impl Document {
    /// The name of the variable that `name` addresses; a number typed in place becomes one first.
    ///
    /// # Errors
    /// Where nothing has that name, or several things have.
    pub fn input(&mut self, name: &str) -> Result<String, Box<Finding>> {
        let variables = self.root.block("variables");
        if variables.is_some_and(|block| block.entries.iter().any(|entry| entry.key == name)) {
            return Ok(name.to_owned());
        }
        let mut inputs = Vec::new();
        inputs_of(&self.root, "", &mut Vec::new(), &mut inputs);
        let (key, place) = match name.strip_suffix(')').and_then(|start| start.split_once('(')) {
            Some((key, place)) => (key.trim(), Some(place.trim())),
            None => (name, None),
        };
        let fits = |input: &&Input| {
            input.key == key
                && place.is_none_or(|place| {
                    input.place == place || input.place.strip_prefix(place).is_some_and(|rest| rest.starts_with(" / "))
                })
        };
        let found: Vec<&Input> = inputs.iter().filter(fits).collect();
        match found.as_slice() {
            [] => Err(Box::new(unknown(name, key, &inputs, &self.root))),
            [one] => match &one.variable {
                Some(variable) => Ok(variable.clone()),
                None => {
                    let path = one.path.clone();
                    self.make_variable(name, &path);
                    Ok(name.to_owned())
                }
            },
            several => {
                if let Some(first) = several[0].variable.clone()
                    && several.iter().all(|input| input.variable.as_ref() == Some(&first))
                {
                    return Ok(first);
                }
                let named: Vec<String> =
                    several.iter().take(12).map(|input| format!("\"{}({})\"", input.key, input.place)).collect();
                Err(Box::new(
                    Finding::error("E0711", format!("`{name}` stands in {} places", several.len()))
                        .help(format!("say which: {}", named.join(", "))),
                ))
            }
        }
    }

    /// What a variable measures, by the places it stands in, or those of a multiple of it; `None` where it stands nowhere.
    pub fn measure_of(&self, variable: &str) -> Option<Measure> {
        let mut inputs = Vec::new();
        inputs_of(&self.root, "", &mut Vec::new(), &mut inputs);
        let stands = |name: &str| inputs.iter().find(|input| input.variable.as_deref() == Some(name));
        let mut names = vec![variable];
        while let Some(name) = names.pop() {
            if let Some(input) = stands(name) {
                return Some(input.measure);
            }
            names.extend(self.multiples_of(name));
        }
        None
    }

    /// The variables that are a multiple of another: `net = { of = "gross", times = 0.8 }`. One is listed after what it is of.
    fn multiples_of(&self, name: &str) -> impl Iterator<Item = &str> {
        let entries = self.root.block("variables").map_or(&[][..], |block| &block.entries);
        let place = entries.iter().position(|entry| entry.key == name).map_or(entries.len(), |place| place + 1);
        let is_multiple = move |entry: &&Entry| {
            let Value::Table(block) = &entry.node.value else { return false };
            let of = block.entries.iter().find(|entry| entry.key == "of").map(|entry| &entry.node.value);
            matches!(of, Some(Value::Text(of)) if of.trim_start_matches('$') == name)
        };
        entries[place..].iter().filter(is_multiple).map(|entry| entry.key.as_str())
    }

    fn make_variable(&mut self, name: &str, path: &[usize]) {
        let Some(node) = node_at(&mut self.root, path) else { return };
        let typed = std::mem::replace(&mut node.value, Value::Text(format!("${name}")));
        let span = node.span;
        let entry = Entry { key: name.to_owned(), key_span: span, node: Node { span, value: typed } };
        match self.root.entries.iter_mut().find(|entry| entry.key == "variables") {
            Some(variables) => {
                if let Value::Table(block) = &mut variables.node.value {
                    block.entries.push(entry);
                }
            }
            None => {
                let Some(Kind::Map(map)) = keys::ROOT.key("variables").map(|key| &key.kind) else { return };
                let block = Block { span, shape: Shape::Map(map), entries: vec![entry] };
                let node = Node { span, value: Value::Table(block) };
                self.root.entries.push(Entry { key: "variables".to_owned(), key_span: span, node });
            }
        }
    }

    /// The same deal with nothing rounded: what an equation is solved in.
    #[must_use]
    pub fn unrounded(&self) -> Document {
        let mut document = self.clone();
        document.root.entries.retain(|entry| entry.key != "rounding");
        for entry in &mut document.root.entries {
            if let Value::List(items) = &mut entry.node.value {
                for item in items {
                    if let Value::Table(block) = &mut item.value {
                        block.entries.retain(|entry| entry.key != "rounding");
                    }
                }
            }
        }
        document
    }
}

/// Every number of a block and those within it that is a term of the deal.
fn inputs_of(block: &Block, place: &str, path: &mut Vec<usize>, inputs: &mut Vec<Input>) {
    for (index, entry) in block.entries.iter().enumerate() {
        if path.is_empty() && NO_TERMS.contains(&entry.key.as_str()) {
            continue;
        }
        path.push(index);
        match &entry.node.value {
            Value::List(items) => {
                for (item, node) in items.iter().enumerate() {
                    if let Value::Table(inner) = &node.value {
                        path.push(item);
                        inputs_of(inner, &within(place, &entry.key, inner, item), path, inputs);
                        path.pop();
                    }
                }
            }
            Value::Table(inner) if inner.shape != Shape::Origin => {
                let is_choice = matches!(inner.shape, Shape::Table(_)) && matches!(block.shape, Shape::Map(_));
                if is_choice {
                    // a participant's `{ ownership = "5%" }` is addressed by the participant
                    let only = inner.entries.iter().position(|entry| typed(&entry.node).is_some());
                    if let Some(only) = only {
                        path.push(only);
                        let inside = &inner.entries[only];
                        push(&entry.key, place, typed(&inside.node), measure(inner, &inside.key), path, inputs);
                        path.pop();
                    }
                } else {
                    let place = if NAMELESS.contains(&entry.key.as_str()) { entry.key.as_str() } else { place };
                    inputs_of(inner, place, path, inputs);
                }
            }
            _ => {
                if !place.is_empty() {
                    push(&entry.key, place, typed(&entry.node), measure(block, &entry.key), path, inputs);
                }
            }
        }
        path.pop();
    }
}

fn push(key: &str, place: &str, typed: Option<Typed>, measure: Measure, path: &[usize], inputs: &mut Vec<Input>) {
    if let Some(typed) = typed {
        let variable = if let Typed::Variable(name) = typed { Some(name) } else { None };
        inputs.push(Input { key: key.to_owned(), place: place.to_owned(), path: path.to_vec(), variable, measure });
    }
}

/// What a key of a block takes; of several kinds of number, the first.
fn measure(block: &Block, key: &str) -> Measure {
    let kind = match block.shape {
        Shape::Table(spec) => spec.key(key).map(|key| &key.kind),
        Shape::Map(map) => Some(&map.kind),
        Shape::Free | Shape::Origin => None,
    };
    kind.and_then(number_among).unwrap_or(Measure::Any)
}

fn number_among(kind: &Kind) -> Option<Measure> {
    match kind {
        Kind::Quantity(measure) => Some(*measure),
        Kind::Either(kinds) => kinds.iter().find_map(number_among),
        Kind::OneOrMore(one) | Kind::List(one) => number_among(one),
        _ => None,
    }
}

/// The name of a block among those it stands in.
fn within(place: &str, key: &str, block: &Block, index: usize) -> String {
    let name = block.name().map_or_else(|| format!("{key} {}", index + 1), str::to_owned);
    if place.is_empty() { name } else { format!("{place} / {name}") }
}

/// Whether a value is a number, and the variable behind it where it is one.
fn typed(node: &Node) -> Option<Typed> {
    match &node.unwrap_origin().0.value {
        Value::Number(_) => Some(Typed::Number),
        Value::Text(text) => match text.strip_prefix('$') {
            Some(variable) => Some(Typed::Variable(variable.trim().to_owned())),
            None => quantity(text, Measure::Any).is_ok().then_some(Typed::Number),
        },
        _ => None,
    }
}

/// The value at a path, the table of its origin taken off.
fn node_at<'tree>(root: &'tree mut Block, path: &[usize]) -> Option<&'tree mut Node> {
    let (&first, rest) = path.split_first()?;
    let mut node = &mut root.entries.get_mut(first)?.node;
    for &index in rest {
        node = match &mut node.value {
            Value::List(items) => items.get_mut(index)?,
            Value::Table(block) => &mut block.entries.get_mut(index)?.node,
            _ => return None,
        };
    }
    if let Value::Table(block) = &node.value
        && block.shape == Shape::Origin
    {
        let value = block.entries.iter().position(|entry| entry.key == "value")?;
        let Value::Table(block) = &mut node.value else { return None };
        return Some(&mut block.entries[value].node);
    }
    Some(node)
}

fn unknown(name: &str, key: &str, inputs: &[Input], root: &Block) -> Finding {
    let variables: Vec<&str> = root
        .block("variables")
        .into_iter()
        .flat_map(|block| block.entries.iter().map(|entry| entry.key.as_str()))
        .collect();
    let keys = || inputs.iter().map(|input| input.key.as_str());
    let near = nearest(key, variables.iter().copied().chain(keys()));
    let mut listed: Vec<&str> = keys().collect();
    listed.sort_unstable();
    listed.dedup();
    let listed = listed.into_iter().take(16).collect::<Vec<_>>().join(", ");
    let known = match (variables.is_empty(), listed.is_empty()) {
        (false, true) => format!("variables are {}", variables.join(", ")),
        (false, false) => format!("variables are {}; numbers typed in place: {listed}", variables.join(", ")),
        (true, false) => format!("this scenario has no variables; numbers typed in place are {listed}"),
        (true, true) => "this scenario has no variables".to_owned(),
    };
    let help = near.map_or(known.clone(), |near| format!("did you mean `{near}`? {known}"));
    Finding::error("E0403", format!("no variable or input `{name}`")).help(help)
}

#[cfg(test)]
mod tests {
    use crate::num::Stated;
    use crate::spec::load_text;
    use crate::spec::resolve::{Settings, resolve};

    const TEXT: &str = r#"
        title        = "Two rounds"
        stakeholders = { founders = "Founders", fund = "Fund", angel = "Angel" }
        variables    = { seed = "2M" }
        opening      = { holdings = [{ stakeholder = "founders", shares = 8_000_000 }] }
        rounds       = [
          { name = "Seed", pre_money = { value = "8M", note = "said" }, participants = { fund = "$seed" } },
          { name = "Series A", pre_money = "20M", pool_target = "10%", size = "6M", tranches = [
            { name = "First", participants = { fund = "5M" } }, { name = "Second", participants = { angel = "rest" } }] },
        ]
    "#;

    fn agreed(name: &str, value: &str) -> Result<crate::model::Agreement, String> {
        let loaded = load_text("two", TEXT);
        let mut document = loaded.document.expect("it can be read");
        let name = document
            .input(name)
            .map_err(|finding| format!("{}: {}", finding.code, finding.help.unwrap_or_default()))?;
        let settings = Settings { set: vec![(name, value.to_owned())], ..Settings::default() };
        Ok(resolve(&document, &loaded.sources, &settings).expect("it adds up").0)
    }

    #[test]
    fn a_number_typed_in_place_becomes_a_variable() {
        let value = |agreement: &crate::model::Agreement| agreement.scenario.settings.last().copied();
        for (name, typed, number) in [
            ("pre_money(Seed)", "9M", 9_000_000),
            ("pre_money(Series A)", "21M", 21_000_000),
            ("size", "7M", 7_000_000),
            ("fund(Series A)", "4M", 4_000_000),
            ("fund(Series A / First)", "4M", 4_000_000),
        ] {
            let agreement = agreed(name, typed).expect(name);
            assert_eq!(value(&agreement), Some(crate::model::Setting::Given(Stated::from(number))), "{name}");
            assert_eq!(agreement.variables.last().map(|info| info.name.as_str()), Some(name));
        }
        let agreement = agreed("fund(Seed)", "3M").expect("the variable behind it");
        assert_eq!(agreement.variables.len(), 1);
        assert!(agreed("pool_target", "12%").is_ok());
    }

    #[test]
    fn what_stands_in_several_places_or_nowhere_is_refused_with_what_there_is() {
        let refused = |name| agreed(name, "1M").expect_err(name);
        assert_eq!(refused("pre_money"), "E0711: say which: \"pre_money(Seed)\", \"pre_money(Series A)\"");
        assert!(refused("pre_mony").starts_with("E0403: did you mean `pre_money`? variables are seed; numbers typed"));
        assert!(refused("angel").starts_with("E0403"), "the rest is no input");
        assert!(refused("seed(Seed)").starts_with("E0403"));
    }
}
