//! The pool's decisions for JavaScript. What they mean is documented in `agent`.

use std::rc::Rc;

use napi::Env;
use napi::bindgen_prelude::{Error, Float64Array, JsValue, Object, Result};

use crate::agent::Numbers;
use crate::bridge::call::Call;
use crate::bridge::function::{Callback, define};

type PoolCall = Call<0, Shared>;

const FUNCTIONS: [Callback<Shared>; 4] = [
    Callback::new(c"take", |call: &PoolCall| decide(call, Numbers::take)),
    Callback::new(c"park", |call: &PoolCall| decide(call, Numbers::park)),
    Callback::new(c"rest", |call: &PoolCall| decide(call, Numbers::rest)),
    Callback::new(c"removed", |call: &PoolCall| decide(call, Numbers::removed)),
];

/// JavaScript's array of numbers, which stays where it is as long as this is there.
struct Shared {
    at: *mut Numbers,
    _array: Float64Array,
}

/// The functions `take`, `park`, `rest` and `removed`, which find their question in `numbers` and write
/// their answer to it. The array is the caller's own: no other code may have it or detach its memory.
#[napi_derive::napi(catch_unwind)]
pub fn pool<'env>(env: &'env Env, mut numbers: Float64Array) -> Result<Object<'env>> {
    if numbers.len() != Numbers::NAMES.len() {
        return Err(Error::from_reason("an array of another layout"));
    }
    // SAFETY: no slice of the array is kept, only its address.
    let at = unsafe { numbers.as_mut() }.as_mut_ptr().cast();
    let shared = Rc::new(Shared {
        at,
        _array: numbers,
    });
    let target = Object::new(env)?;
    define(env.raw(), target.raw(), &shared, &FUNCTIONS)?;
    Ok(target)
}

fn decide(call: &PoolCall, decision: fn(&Numbers) -> f64) {
    // SAFETY: see `pool`: the array has this size and is kept, and no JavaScript runs in this call.
    let numbers = unsafe { &mut *call.kept().at };
    numbers.answer = decision(numbers);
}
