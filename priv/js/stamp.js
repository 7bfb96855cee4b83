// Private fields on objects that were there before.

/**
 * A class whose constructor returns the object it is given: the fields of a class that
 * extends it are then that object's. Nobody else can see, copy or forge them.
 */
export const Stamped = /** @type {new (object: any) => any} */ (
  /** @type {unknown} */ (
    function (object) {
      return object;
    }
  )
);
