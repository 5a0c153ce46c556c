/** The same application under Express 4. */
'use strict';

const express = require('express4');
const application = require('./express');

module.exports = (http) => application(http, express);
