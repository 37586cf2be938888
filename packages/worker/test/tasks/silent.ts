/** Does not serve: it ends as soon as it began. */
export {};
