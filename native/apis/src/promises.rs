//! Promises for the modules of priv/js, past anything that a script may have put
//! in the place of their methods.

use quickbeam_engine::Member;

pub(crate) static NATIVES: &[Member] = &[
    // react(promise, fulfilled, rejected): "upon fulfillment" and "upon rejection".
    Member::method(c"react", 3, |call| {
        let promise = call.argument(0);
        promise.then(&call.argument(1), &call.argument(2))?;
        Ok(call.cx().undefined())
    }),
    // markHandled(promise): set [[PromiseIsHandled]].
    Member::method(c"markHandled", 1, |call| {
        call.argument(0).mark_handled();
        Ok(call.cx().undefined())
    }),
];
