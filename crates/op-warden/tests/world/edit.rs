//! Edits of the chain's JSON files.

use serde_json::Value;

use crate::world::World;

pub(crate) const GENESIS: &str = "genesis.json";

pub(crate) const ROLLUP: &str = "rollup.json";

/// Puts a value where there may be none yet; `null` takes the field away.
pub(crate) fn put(world: &mut World, file: &'static str, place: &str, value: Value) {
    world.edit_text(file, |text| {
        let mut json: Value = serde_json::from_str(text).unwrap();
        let (parent, field) = place.rsplit_once('/').unwrap();
        let parent = json.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(field);
        } else {
            parent.insert(field.to_owned(), value);
        }
        json.to_string()
    });
}
